// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import java.util.Locale;

/// Every diagnostic code there is, and nowhere else. A code never changes its meaning and is never given
/// out again.
///
/// `GH-10xx`: reading a text. `GH-11xx`: a policy document. `GH-12xx`: conditions (to 1239), rules files
/// (to 1289) and output formats. `GH-13xx`: the folder policies come from. `GH-15xx`: what the gate is
/// asked to judge. `GH-16xx`: captures. `GH-17xx`: the agent's configuration.
/// `GH-18xx`: audit policies. `GH-19xx`: a cluster.
public enum Code {
    NOT_YAML(
            1001,
            Severity.ERROR,
            "the text is not YAML",
            "policies and manifests are YAML, and the text stops being YAML here",
            "correct the text at the mark or just before it"),
    NOT_JSON(
            1002,
            Severity.ERROR,
            "the text is not JSON",
            "the text stops being JSON here",
            "correct the text at the mark or just before it"),
    UNREADABLE_CHARACTER(
            1003,
            Severity.ERROR,
            "the text holds a character that no document may hold",
            "a control character or half a character shows that the text is binary or broken",
            "remove the character, or write it as an escape inside double quotes"),
    DUPLICATE_KEY(
            1004,
            Severity.ERROR,
            "a mapping has the same key twice",
            "of two values for one key readers keep different ones, so the document means different things to them",
            "remove one of the two"),
    UNKNOWN_ALIAS(
            1005,
            Severity.ERROR,
            "an alias has no anchor before it, or lies inside the value it stands for",
            "an alias repeats a value that was completely written earlier in the same document",
            "write the value out, or give the anchor before the alias"),
    MERGE_OF_NO_MAPPING(
            1006,
            Severity.ERROR,
            "a merge key names something that is not a mapping",
            "'<<' takes the entries of a mapping, or of a list of mappings",
            "name a mapping, or remove the merge key"),
    UNUSABLE_KEY(
            1007,
            Severity.ERROR,
            "a key is not a plain word",
            "a key is text; null, lists and mappings cannot be keys in Kubernetes",
            "write the key as text, in quotes if need be"),
    UNSUPPORTED_TAG(
            1008,
            Severity.ERROR,
            "a value carries a tag that cannot be read",
            "only values that JSON can carry exist in Kubernetes, and this tag asks for another",
            "remove the tag"),
    NOT_FINITE(
            1009,
            Severity.ERROR,
            "a number is infinite or not a number",
            "JSON cannot carry it, so Kubernetes never takes it",
            "write a finite number, or quote it if text is meant"),
    TEXT_TOO_LARGE(
            1010,
            Severity.ERROR,
            "the text is larger than is read",
            "the limit protects the reader from running out of memory",
            "split it into several files"),
    TOO_DEEP(
            1011,
            Severity.ERROR,
            "values are nested deeper than is read",
            "the limit protects every reader that walks the document",
            "flatten the document"),
    TOO_MANY_VALUES(
            1012,
            Severity.ERROR,
            "the document holds more values than are read, counting every alias as what it stands for",
            "a few lines of aliases can stand for billions of values, so there is a limit",
            "write fewer aliases or split the text into several files"),

    EMPTY_FILE(
            1101,
            Severity.ERROR,
            "a policy file holds no document",
            "a file that was cut off or only half written looks like this",
            "write the policy, or remove the file"),
    NOT_A_POLICY(
            1102,
            Severity.ERROR,
            "a document is not a policy",
            "every document here is a WorkloadPolicy, a ClusterWorkloadPolicy, a RuleResponse, an EmergencyBrake, a"
                    + " PolicyExemption or a ClusterPolicyExemption",
            "move other documents out of the policy folder"),
    UNKNOWN_VERSION(
            1103,
            Severity.ERROR,
            "a policy is written in a version of the language that is not known here",
            "a field may mean something else in another version",
            "write 'apiVersion: gatehouse.io/v1alpha1'"),
    UNKNOWN_FIELD(
            1104,
            Severity.ERROR,
            "a policy has a field that does not exist",
            "what is not understood cannot be kept",
            "use a field that exists, or remove it"),
    NOT_KEPT_YET(
            1105,
            Severity.ERROR,
            "a policy asks for something that this version does not keep yet",
            "a demand that is accepted and not kept would only look like protection",
            "remove it until a version keeps it"),
    MISSING_FIELD(
            1106,
            Severity.ERROR,
            "a field that must be given is missing",
            "the policy has no meaning without it",
            "add the field"),
    WRONG_TYPE(
            1107,
            Severity.ERROR,
            "a value is of another kind than its field",
            "each field takes one kind of value",
            "write a value of that kind"),
    NOT_A_CHOICE(
            1108,
            Severity.ERROR,
            "a value is none of those the field takes",
            "the field takes one of a few values",
            "write one of them"),
    ASKS_NOTHING(
            1109,
            Severity.ERROR,
            "a section or list is empty",
            "some read it as 'everything' and some as 'nothing', and either way it only looks like protection",
            "say what is asked, or remove it"),
    PATH_NOT_ABSOLUTE(
            1110,
            Severity.ERROR,
            "a path does not begin with '/'",
            "a relative path means another file in every working directory",
            "write the absolute path"),
    PATH_NOT_PLAIN(
            1111,
            Severity.ERROR,
            "a path has a part that would never be met in a real path",
            "paths are compared with what the kernel resolved, which has no '.', '..', '//' and no globs",
            "write the path as the kernel resolves it"),
    MALFORMED_VALUE(
            1112,
            Severity.ERROR,
            "a text is not written as its field wants it",
            "the field takes text of one form only, and another form could never match anything",
            "write it in the form that the field takes"),
    DUPLICATE_POLICY(
            1113,
            Severity.ERROR,
            "two policies have the same name",
            "a name stands for one policy; in a cluster the later would replace the earlier",
            "rename one of the two, or remove it"),
    WRONG_SCOPE(
            1114,
            Severity.ERROR,
            "a field belongs to the other kind of policy",
            "a WorkloadPolicy is about its own namespace; only a ClusterWorkloadPolicy chooses among namespaces",
            "remove the field or change the kind"),
    NO_EFFECT(
            1115,
            Severity.WARNING,
            "something in a policy has no effect",
            "what has no effect may look like protection",
            "remove it, or ask for what was meant"),
    RESPONSE_NOT_POSSIBLE(
            1116,
            Severity.ERROR,
            "a response asks what cannot be done when its rules match",
            "a system call has happened when its rule is judged; an audit event is the act of no process on this node",
            "write 'kill' for rules over system calls, 'deny' for rules over audit events"),
    RESPONSE_WEAKER(
            1117,
            Severity.WARNING,
            "a response cannot be kept for some of its rules, which are only reported",
            "a system call has happened when its rule is judged; an audit event is the act of no process on this node",
            "name only the rules for which it can be kept"),
    DUPLICATE_CONDITION(
            1118,
            Severity.ERROR,
            "two conditions of one policy have the same name",
            "a denial names the condition, and a name stands for one",
            "rename one of the two"),
    NOT_AT_THE_GATE(
            1119,
            Severity.ERROR,
            "a condition at the gate asks what is not known there",
            "a request is judged before it is answered, and a check of what is missing is false",
            "ask what the request itself says: 'gatehouse fields --source k8s_audit' lists the fields"),
    MALFORMED_ENDPOINT(
            1120,
            Severity.ERROR,
            "an address, a block of addresses or a port is not written as the language wants it",
            "the kernel compares numbers; what is not one could never match",
            "write an address, a block or a port, such as '10.0.0.0/8:443', '[2001:db8::/32]:443' or ':8080'"),
    BITS_BEYOND_PREFIX(
            1121,
            Severity.ERROR,
            "an address has bits set beyond its prefix",
            "some read it as the whole block and some as the one address",
            "write the first address of the block, or the one address without a prefix"),
    MAPPED_ADDRESS(
            1122,
            Severity.ERROR,
            "an IPv4 address is written as IPv6",
            "the kernel judges such a connection as what it is, one over IPv4, so this would never match",
            "write the IPv4 address"),
    TOO_MANY_PORTS(
            1123,
            Severity.ERROR,
            "a range has more ports than are kept",
            "each port is an entry of its own in a table of the kernel, and what fits there is bounded",
            "name at most 1,024 ports, or leave the ports out"),
    MATCHES_NOTHING(
            1124,
            Severity.ERROR,
            "an entry can never match",
            "what never matches only looks like protection, or like permission",
            "write what was meant, or remove it"),
    CONTRADICTION(
            1125,
            Severity.ERROR,
            "a policy both allows and forbids the same thing",
            "either could be meant, and the stricter would be kept, so that what is allowed would not work",
            "remove one of the two"),
    OWN_CODE_FORBIDDEN(
            1126,
            Severity.WARNING,
            "a program that makes code of its own is allowed to run and not to do so",
            "it ends, or never gets far, as soon as it makes memory executable",
            "name it in 'memory.jit'"),
    CONTROL_TWICE(
            1141,
            Severity.ERROR,
            "a control has two modes of its own",
            "either could be meant, and which counts would depend on the order of a list",
            "remove one of the two"),
    EXEMPTION_IDLE(
            1142,
            Severity.WARNING,
            "an exemption names what is not there",
            "it exempts from nothing, and would begin to once somebody gives a policy that name",
            "correct the name, or remove it"),
    EXEMPTION_NOT_TAKEN(
            1143,
            Severity.WARNING,
            "a policy does not take exemptions from the namespace of this one",
            "who may write into a namespace must not by that alone weaken a policy that holds there",
            "name the namespace in 'exemptionsFrom' of the policy, or make this a ClusterPolicyExemption"),
    EXEMPTION_EXPIRED(
            1144,
            Severity.WARNING,
            "an exemption has expired",
            "it is ignored since the day after, and what it exempted is judged like everything else",
            "remove it, or write a later day with a reason that still holds"),
    PROMOTED(
            1145,
            Severity.WARNING,
            "a policy in audit has reached the day from which it is enforced",
            "a reader of 'mode: audit' would believe that nothing is refused",
            "write 'mode: enforce' and remove 'enforceFrom'"),

    MALFORMED_CONDITION(
            1201,
            Severity.ERROR,
            "a condition is not written as the language wants it",
            "a condition is checks such as 'proc.name = sh' and macros, joined by and, or, not and parentheses",
            "correct the text at the mark or just before it"),
    CONDITION_TOO_LARGE(
            1202,
            Severity.ERROR,
            "a condition is longer, deeper or wider than is read",
            "the limit protects every step that walks the condition",
            "split it into several rules, or shorten its lists and macros"),
    NO_SUCH_FIELD(
            1203,
            Severity.ERROR,
            "a condition or an output names a field that does not exist",
            "no event carries a field of this name",
            "'gatehouse fields' lists them all"),
    UNKNOWN_MACRO(
            1204,
            Severity.ERROR,
            "a condition names a macro that is not defined",
            "a word that stands alone is the name of a macro, and a macro is defined before it is used",
            "define the macro, or write a check"),
    RECURSIVE_MACRO(
            1205,
            Severity.ERROR,
            "a macro stands for itself",
            "a macro is put in where it is named, and this one would never end",
            "remove one step of the circle"),
    FIELD_OF_OTHER_SOURCE(
            1206,
            Severity.ERROR,
            "a condition or an output names a field that events of its source do not have",
            "a rule sees the events of one source only, and these never have it",
            "use a field of the rule's source, or give the rule another source"),
    FIELD_ARGUMENT(
            1207,
            Severity.ERROR,
            "a field lacks its argument, or has one it cannot take",
            "what stands in brackets says which of several values is asked for",
            "'gatehouse fields' says what the field takes"),
    OPERATOR_MISUSED(
            1208,
            Severity.ERROR,
            "an operator does not fit the type of what it compares",
            "the check could never hold, or would not mean what it says",
            "use an operator that the type takes"),
    MALFORMED_OPERAND(
            1209,
            Severity.ERROR,
            "a value is not of the type it is compared with",
            "a value is read as the type of the field, and this one cannot be read so",
            "write a value of that type"),
    MALFORMED_PATTERN(
            1210,
            Severity.ERROR,
            "a regular expression cannot be read, or is larger than is taken",
            "patterns are written as RE2 takes them, without look-around and back references, and must fit the whole text",
            "correct the pattern, or use glob, startswith or contains"),
    UNKNOWN_EVENT_TYPE(
            1211,
            Severity.ERROR,
            "a condition names a type of event that does not exist",
            "no event has this type, so the check would never hold",
            "use a type that exists"),
    TRANSFORMER_MISUSED(
            1212,
            Severity.ERROR,
            "a transformer does not take what it is given",
            "each transformer takes values of certain types and gives one of its own",
            "give it what it takes"),
    INCOMPARABLE_SIDES(
            1213,
            Severity.ERROR,
            "two sides of a check cannot be compared",
            "a field is compared with a field of its own type only",
            "compare fields of one type"),
    DEPRECATED_FIELD(
            1221,
            Severity.WARNING,
            "a condition or an output names a field that is kept only for old rules",
            "the field may go, and what it says is of little use today",
            "use another field"),
    FIELD_AS_TEXT(
            1222,
            Severity.WARNING,
            "a value looks like a field or a transformer, and is compared as plain text",
            "only what stands in 'val(...)' is read from the event",
            "write 'val(...)' around the field, if its value is meant"),
    SIMPLER_OPERATOR(
            1223,
            Severity.WARNING,
            "a regular expression says no more than a simpler operator would",
            "a regular expression costs many times more than a comparison",
            "use = contains startswith or endswith"),
    MISSING_AS_TEXT(
            1224,
            Severity.WARNING,
            "a check compares with the text that stands for a missing value",
            "a check of a missing value is false, whatever it is compared with, also for '!='",
            "write 'not ... exists'"),
    EVERY_EVENT(
            1225,
            Severity.WARNING,
            "a condition can hold for nearly every type of event",
            "it is evaluated for each of them, which costs time on all",
            "add a check of evt.type"),
    NEVER_TRUE(
            1226,
            Severity.WARNING,
            "a condition cannot hold for any event",
            "no type of event satisfies all of it",
            "correct the checks of evt.type and evt.num, or disable the rule"),
    RULES_NOT_A_LIST(
            1240,
            Severity.ERROR,
            "a rules file is not a list",
            "a rules file is a list of rules, macros, lists and requirements",
            "begin each entry with '- '"),
    RULES_ENTRY_NOT_A_MAPPING(
            1241,
            Severity.ERROR,
            "an entry of a rules file is not a mapping",
            "each entry says by a key what it is: '- rule: …', '- macro: …', '- list: …'",
            "write the entry as keys and values"),
    RULES_KEY_MISSING(
            1242,
            Severity.ERROR,
            "a key that must be given is missing or empty",
            "the entry has no meaning without it",
            "add the key and its value"),
    RULES_WRONG_TYPE(
            1243,
            Severity.ERROR,
            "a value in a rules file is of another kind than its key",
            "each key takes one kind of value",
            "write a value of that kind"),
    RULES_NOT_A_CHOICE(
            1244,
            Severity.ERROR,
            "a value in a rules file is none of those the key takes",
            "the key takes one of a few words",
            "write one of them"),
    OVERRIDE_NOT_POSSIBLE(
            1245,
            Severity.ERROR,
            "an override asks for a key that cannot be changed so",
            "condition, output, desc, tags and exceptions can be appended to and replaced, others only replaced",
            "write 'replace', or remove the entry"),
    OVERRIDE_WITHOUT_VALUE(
            1246,
            Severity.ERROR,
            "an override names a key that the entry does not give",
            "what is to be appended or replaced stands beside 'override' under the same key",
            "add the key, or remove its entry under 'override'"),
    VALUE_WITHOUT_OVERRIDE(
            1247,
            Severity.ERROR,
            "an entry with 'override' gives a key that 'override' does not name",
            "it would be unclear whether the value is to be appended or to replace",
            "name the key under 'override', as 'append' or 'replace'"),
    OVERRIDE_AND_APPEND(
            1248,
            Severity.ERROR,
            "an entry has 'override' and 'append: true'",
            "'append' is the older way to say a part of what 'override' says",
            "remove 'append' and name every key under 'override'"),
    NOTHING_TO_CHANGE(
            1249,
            Severity.ERROR,
            "an entry changes something that was not defined before",
            "entries are read in order, file after file, and a change needs what it changes",
            "define it first, or see whether its name is spelled as there"),
    CHANGE_OF_NOTHING(
            1250,
            Severity.ERROR,
            "an entry changes nothing of the rule it names",
            "an appended rule gives a condition or exceptions, any other change at least one key",
            "add what is to be changed, or remove the entry"),
    RULE_OF_OTHER_SOURCE(
            1251,
            Severity.ERROR,
            "a rule is written again for another source",
            "a rule belongs to the source it was first written for",
            "give the rule another name, or remove 'source'"),
    ENGINE_TOO_OLD(
            1252,
            Severity.ERROR,
            "a rules file asks for a newer engine",
            "the file may use what this engine does not know",
            "use an older version of the file, or a newer Gatehouse"),
    MALFORMED_ENGINE_VERSION(
            1253,
            Severity.ERROR,
            "a required engine version is no version",
            "a version is three numbers as in '0.57.0', or one number N that means 0.N.0",
            "write the version so"),
    MALFORMED_PLUGIN_VERSION(
            1254,
            Severity.ERROR,
            "a requirement of plugins cannot be understood",
            "each alternative names another plugin and a version of three numbers",
            "correct the name or the version"),
    PLUGIN_NOT_THERE(
            1255,
            Severity.ERROR,
            "a rules file asks for a plugin, or a version of it, that is not built in",
            "the fields of the file's rules would be unknown",
            "remove the requirement if its fields are not used, or use an older version of the file"),
    EXCEPTION_INCOMPLETE(
            1256,
            Severity.ERROR,
            "an exception lacks its fields or its values",
            "an exception says which fields it compares; one that is added to a rule also with what",
            "add 'fields', and 'values'"),
    EXCEPTION_UNEVEN(
            1257,
            Severity.ERROR,
            "the parts of an exception do not fit together",
            "a list of fields takes as many comps, and as many values in each entry; a single field takes single ones",
            "give each field one comp and one value"),
    EXCEPTION_COMPARISON(
            1258,
            Severity.ERROR,
            "an exception compares in a way that does not exist",
            "comps are operators of conditions; a single field takes 'in', 'pmatch', 'intersects' or one with 'oneof', 'anyof', 'allof'",
            "use one of these"),
    EXCEPTION_FIELD(
            1259,
            Severity.ERROR,
            "an exception compares a field that does not exist",
            "no event of the rule's source has a field of this name",
            "use a field that exists: 'gatehouse fields' lists them"),
    EXCEPTION_FIXED(
            1260,
            Severity.ERROR,
            "fields or comps are added to an exception that exists",
            "they say what the values mean that are already there, so only values can be added",
            "remove 'fields' and 'comps', or give the exception another name"),
    EXPANSION_TOO_LARGE(
            1263,
            Severity.ERROR,
            "a condition becomes larger than is compiled when its macros and lists are put in",
            "a few lines of macros that use each other can stand for billions of checks",
            "use fewer or smaller macros and lists in it"),
    SKIPPED_SOURCE(
            1270,
            Severity.WARNING,
            "a rule is for a source that is not there",
            "its events never come, so the rule is left out",
            "remove the rule, or enable its source"),
    SKIPPED_UNKNOWN_FIELD(
            1273,
            Severity.WARNING,
            "a rule is left out because it uses what does not exist here",
            "the rule says 'skip-if-unknown-filter: true'",
            "correct the name, or leave it as it is"),
    UNUSED_MACRO(
            1274,
            Severity.WARNING,
            "no rule and no macro uses a macro",
            "it has no effect",
            "remove it, or see whether its use is spelled as its name"),
    UNUSED_LIST(
            1275,
            Severity.WARNING,
            "no rule, macro or list uses a list",
            "it has no effect",
            "remove it, or see whether its use is spelled as its name"),
    UNKNOWN_ENTRY(
            1276,
            Severity.WARNING,
            "an entry of a rules file is of no known kind",
            "an entry is a rule, a macro, a list, required_engine_version or required_plugin_versions",
            "remove it, or see how its first key is spelled"),
    DEPRECATED(
            1277,
            Severity.WARNING,
            "a rules file uses what is kept only for old files",
            "it may be dropped one day, or has no effect any more",
            "write it as today"),
    EXCEPTION_WITHOUT_VALUES(
            1278,
            Severity.WARNING,
            "values are to be added to an exception and none are given",
            "the entry has no effect",
            "add 'values'"),
    EXCEPTION_TWICE(
            1279,
            Severity.WARNING,
            "a rule has two exceptions of the same name",
            "values that are added by that name go to the first",
            "rename one of the two"),
    MACRO_NAME(
            1280,
            Severity.WARNING,
            "a macro has a name that no condition can use",
            "names of macros are letters, digits and '_', and begin with a letter",
            "rename it"),
    LIST_NAME(
            1281,
            Severity.WARNING,
            "a list has a name that no condition can use",
            "names of lists have no blanks, quotes, parentheses, '=' and ','",
            "rename it"),
    UNKNOWN_KEY(
            1282,
            Severity.WARNING,
            "an entry of a rules file has a key it does not take",
            "the key has no effect",
            "remove it, or see how it is spelled"),
    KEY_TWICE(
            1283,
            Severity.WARNING,
            "an entry of a rules file has the same key twice",
            "the first counts",
            "remove one of the two"),
    ITEM_SPLIT(
            1284,
            Severity.WARNING,
            "an item without quotes of its own is split at a comma",
            "items are put into conditions as they stand, where a comma ends an item",
            "put quotes into the quotes: '\"a,b\"'"),
    LATER_FILE(
            1285,
            Severity.WARNING,
            "a rule uses a macro that only a later file defines",
            "it is understood here, but Falco compiles file after file and refuses it",
            "move the macro into an earlier file"),
    EXCEPTION_KEY(
            1286,
            Severity.WARNING,
            "an exception has a key it does not take",
            "an exception is name, fields, comps and values, and any other key has no effect",
            "remove it, or see how it is spelled"),

    OUTPUT_NOT_A_FIELD(
            1290,
            Severity.ERROR,
            "no field follows a percent sign in an output",
            "a percent sign begins a field, and there is no way to write one that stands for itself",
            "name a field behind it, or remove it"),
    OUTPUT_TRANSFORMER(
            1291,
            Severity.ERROR,
            "a transformer in an output is not written as the language wants it",
            "a transformer stands before its arguments in parentheses, as in '%toupper(proc.name)'",
            "correct the text at the mark or just before it"),
    OUTPUT_WIDTH(
            1292,
            Severity.ERROR,
            "a field in an output is wider than is printed",
            "every alert would be filled up to that width",
            "write a smaller width"),
    OUTPUT_CONTAINER_INFO(
            1293,
            Severity.WARNING,
            "an output uses %container.info",
            "it stood for container fields that are now appended to outputs by configuration",
            "remove it, or write the container fields that are wanted"),

    FOLDER_UNREADABLE(
            1301,
            Severity.ERROR,
            "the policy folder cannot be read",
            "policies come from this folder; those that were in force stay in force until it can be read",
            "make it a readable folder"),
    FILE_UNREADABLE(
            1302,
            Severity.ERROR,
            "a policy file cannot be read",
            "a policy that cannot be read cannot be kept, so none of the folder's changes are taken",
            "make the file readable, or remove it"),
    FILE_TOO_LARGE(
            1303,
            Severity.ERROR,
            "a policy file, or the folder as a whole, is larger than is read",
            "the limit protects the reader from running out of memory",
            "split the file, or remove what is no policy"),
    NOT_UTF_8(
            1304,
            Severity.ERROR,
            "a policy file is not UTF-8 text",
            "Kubernetes reads YAML as UTF-8, and other encodings would be read as other words",
            "save the file as UTF-8"),
    NO_POLICY_FILE(
            1305,
            Severity.WARNING,
            "the policy folder holds no policy file",
            "without a policy nothing is checked and nothing is stopped",
            "put a policy into the folder, as a file ending in .yaml or .yml"),

    JSON_NOT_UTF_8(
            1501,
            Severity.ERROR,
            "the text is not UTF-8",
            "JSON is UTF-8, and guessing another encoding could change a name",
            "write the text in UTF-8"),
    TEXT_CUT_SHORT(
            1502,
            Severity.ERROR,
            "the text ends inside a value",
            "every '{', '[' and '\"' must be closed, and a document is at least one value",
            "write the rest, or see where the text was cut"),
    TEXT_AFTER_DOCUMENT(
            1503,
            Severity.ERROR,
            "text follows the document",
            "one text holds one JSON document, and what follows would not be judged",
            "remove what follows, or put it into a text of its own"),
    VALUE_TOO_LONG(
            1504,
            Severity.ERROR,
            "a text, a key or a number is longer than is read",
            "the limit protects the reader from running out of memory",
            "make it shorter"),
    NO_AUDIT_EVENT(
            1510,
            Severity.ERROR,
            "a document is no Kubernetes audit event",
            "an audit log holds objects of the kinds Event and EventList, one per line",
            "give the log that the API server writes for '--audit-log-path', or what it sends to a webhook"),
    NO_EVENT_TIME(
            1511,
            Severity.ERROR,
            "an audit event does not say when it happened",
            "every event carries 'stageTimestamp', and an alert without a time could not be placed",
            "write the time as in 2026-01-01T00:00:00.123456Z"),
    REQUEST_NOT_LOGGED(
            1512,
            Severity.WARNING,
            "rules ask for what a request asked, and the log does not hold it",
            "at the level Metadata an event lacks the request, and checks of it are quietly false",
            "log these resources at the level Request or RequestResponse in the audit policy"),
    NO_JSON_EVENT(
            1513,
            Severity.ERROR,
            "a document is no event",
            "an event is an object or a list; a single value has no fields to ask for",
            "write one object per line"),
    MALFORMED_OBJECT(
            1551,
            Severity.ERROR,
            "an object has a shape that Kubernetes does not take",
            "what cannot be read cannot be judged",
            "give the field the shape that the API reference names"),
    NO_OBJECT(
            1552,
            Severity.ERROR,
            "a document is not a Kubernetes object",
            "an object says what it is with apiVersion and kind",
            "write apiVersion and kind"),
    MALFORMED_REVIEW(
            1553,
            Severity.ERROR,
            "an admission review cannot be understood",
            "only reviews of admission.k8s.io/v1 are answered, and only whole ones",
            "let the API server send it: admissionReviewVersions: [v1]"),
    NAMESPACE_MODE(
            1561,
            Severity.WARNING,
            "the label of a namespace names no mode",
            "a namespace can ask for 'audit' or 'enforce'; any other word is as if the label were not there",
            "write 'audit' or 'enforce'; to leave workloads out, write an exemption"),
    KIND_NOT_JUDGED(
            1562,
            Severity.WARNING,
            "an object of a kind that nobody judges seems to carry a pod",
            "only built-in kinds and those that a policy names are judged before their pods are made",
            "name the kind and where its templates stand in 'admission.workloads' of a ClusterWorkloadPolicy"),
    UNKNOWN_POD_FIELD(
            1563,
            Severity.WARNING,
            "a pod has a field that is newer than this version, or misspelt",
            "no control judges it; the API server drops what it does not know, or does what it says",
            "correct the name, or write a 'deny' condition that asks for it"),

    NOT_A_CAPTURE(
            1601,
            Severity.ERROR,
            "a file is not a capture",
            "a capture begins with a section header of version 1, little-endian",
            "name a file written by sysdig, falco or 'gatehouse capture -w'"),
    CAPTURE_CUT(
            1602,
            Severity.ERROR,
            "a capture ends in the middle of a block",
            "its recorder was ended while writing, or the disk was full; what stands before is whole",
            "use what was read, or record again"),
    CAPTURE_DAMAGED(
            1603,
            Severity.ERROR,
            "a block of a capture contradicts itself",
            "lengths that do not fit mean that bytes were changed or lost, and nothing behind can be trusted",
            "use what was read, or take another copy of the file"),
    CAPTURE_NOT_UNPACKED(
            1604,
            Severity.ERROR,
            "a packed capture cannot be unpacked to its end",
            "the packing is damaged or the file was cut",
            "use what was read, or take another copy of the file"),

    CONFIG_NOT_A_MAPPING(
            1701,
            Severity.ERROR,
            "a configuration is not one mapping",
            "a configuration is one document of keys and values",
            "write it as 'key: value', one document a file"),
    CONFIG_UNKNOWN_KEY(
            1702,
            Severity.WARNING,
            "a configuration has a key that is not known",
            "what is not understood is not kept",
            "correct the key, or remove it"),
    CONFIG_WRONG_TYPE(
            1703,
            Severity.ERROR,
            "a value of a configuration is of another kind than its key asks for",
            "a value of the wrong kind would have to be guessed at",
            "write a value of the kind that the key asks for"),
    CONFIG_WRONG_VALUE(
            1704,
            Severity.ERROR,
            "a value of a configuration is none of those its key allows",
            "a value that means nothing would have to be guessed at",
            "write one of the values that the key allows"),
    CONFIG_BAD_OVERRIDE(
            1705,
            Severity.ERROR,
            "an option that sets a key of the configuration cannot be understood",
            "such an option is 'key=value'; the key is a path, as 'a.b[0].c', and '[]' appends to a list",
            "write the path as the file would nest it"),
    CONFIG_FILE_UNREADABLE(
            1706,
            Severity.ERROR,
            "a file of the configuration cannot be read",
            "a configuration is taken whole or not at all",
            "name a file that is there and can be read"),
    CONFIG_CONTRADICTION(
            1707,
            Severity.ERROR,
            "keys of a configuration contradict each other, or one needs another that is not there",
            "either could be meant",
            "keep one of them, or add what is missing"),
    CONFIG_NESTED_FILES(
            1708,
            Severity.ERROR,
            "a file that a configuration includes names further files to include",
            "only the main file includes others, so that their order is seen in one place",
            "name all files in the main one"),
    CONFIG_MISSING_FILE(
            1709,
            Severity.WARNING,
            "a configuration names a file that is not there",
            "Falco leaves such a file out, and so do we",
            "put the file there, or remove its name"),
    CONFIG_OUTDATED_KEY(
            1710,
            Severity.WARNING,
            "a key of a configuration has another name by now",
            "the old name is still understood",
            "write the new name"),
    CONFIG_UNSET_VARIABLE(
            1711,
            Severity.WARNING,
            "a value of a configuration names a variable of the environment that is not set",
            "what is not set stands for nothing, and the value becomes another than is meant",
            "set the variable, or write '$${NAME}' where the text itself is meant"),

    AUDIT_NO_POLICY(
            1801,
            Severity.ERROR,
            "the file holds no audit policy",
            "an API server reads one document of 'apiVersion: audit.k8s.io/v1' and 'kind: Policy' with at least one rule, and"
                    + " does not start with another",
            "write such a document"),
    AUDIT_UNKNOWN_KEY(
            1802,
            Severity.ERROR,
            "an audit policy has a key that an API server does not know",
            "an API server refuses the file, or leaves out what the key was meant to say",
            "remove the key, or write it as the API has it"),
    AUDIT_WRONG_VALUE(
            1803,
            Severity.ERROR,
            "a value of an audit policy is none that an API server takes",
            "an API server does not start with this file",
            "write it as 'audit.k8s.io/v1' has it"),
    AUDIT_NEVER_REACHED(
            1811,
            Severity.WARNING,
            "a rule of an audit policy covers no request that an earlier one leaves",
            "the first rule that covers a request is the only one asked",
            "move the rule before the other, or remove it"),
    AUDIT_SECRETS(
            1812,
            Severity.WARNING,
            "an audit policy has secrets written into the log",
            "who reads the log can use them; a level of Metadata tells who read or wrote a secret just as well",
            "put a rule of level Metadata for them before this one"),
    AUDIT_TWICE(
            1813,
            Severity.WARNING,
            "an audit policy has requests written down twice",
            "at RequestReceived nothing is known that ResponseComplete does not tell, so the log is twice as large for"
                    + " nothing",
            "write 'omitStages: [RequestReceived]' for the whole policy"),
    AUDIT_TOO_LITTLE(
            1814,
            Severity.WARNING,
            "an audit policy writes less than a rule asks for",
            "a field that is not in the log is missing, and a check of it is false: the rule stays silent",
            "raise the level for these requests; 'gatehouse audit policy suggest' prints a policy that is enough"),

    WEBHOOK_MISSING(
            1901,
            Severity.ERROR,
            "the API server asks no gate",
            "without a registration nothing is judged before it exists",
            "apply what 'gatehouse webhook-config' prints"),
    WEBHOOK_FAILS_OPEN(
            1902,
            Severity.ERROR,
            "a webhook lets everything through when it does not answer",
            "whoever keeps the gate from answering, or waits until it is busy, gets past it",
            "write 'failurePolicy: Fail'"),
    WEBHOOK_LEAVES_OUT_NAMESPACES(
            1903,
            Severity.ERROR,
            "a webhook is not asked about some namespaces",
            "whoever may write there, or may label a namespace, gets past the gate",
            "leave out only kube-system and the gate's own namespace, by 'kubernetes.io/metadata.name'"),
    WEBHOOK_LEAVES_OUT_OBJECTS(
            1904,
            Severity.ERROR,
            "a webhook is not asked about objects with certain labels",
            "labels are written by whoever writes the object, who can so choose not to be judged",
            "remove 'objectSelector'"),
    WEBHOOK_NOT_ASKED(
            1905,
            Severity.ERROR,
            "a webhook is not asked about something that brings in containers or leads into them",
            "a resource does not cover its subresources, and what is not named is never judged",
            "add it to 'rules', as 'gatehouse webhook-config' prints them"),
    WEBHOOK_MATCHES_EXACTLY(
            1906,
            Severity.WARNING,
            "a webhook is asked about the named API versions only",
            "the same object, sent in another version, is not judged",
            "write 'matchPolicy: Equivalent'"),
    WEBHOOK_TIMEOUT(
            1907,
            Severity.WARNING,
            "a webhook has too much or too little time to answer",
            "every write waits as long as the slowest webhook may take, and one second is too little for a restart",
            "write 'timeoutSeconds: 5'"),
    WEBHOOK_SIDE_EFFECTS(
            1908,
            Severity.WARNING,
            "a webhook is said to change something by being asked",
            "the API server then refuses every dry run",
            "write 'sideEffects: None'"),
    WEBHOOK_CONDITION_SKIPS(
            1909,
            Severity.WARNING,
            "a condition decides whether a webhook is asked",
            "what the condition leaves out is not judged, and a condition that cannot be worked out does as 'failurePolicy' says",
            "remove the condition, or make sure that no user can meet it"),
    WEBHOOK_TRUST_BROKEN(
            1910,
            Severity.ERROR,
            "the API server cannot trust the webhook",
            "a call that cannot be made is decided by 'failurePolicy': nothing can be written, or everything",
            "renew the certificate and write its authority into 'caBundle'"),
    WEBHOOK_TRUST_ENDS(
            1911,
            Severity.WARNING,
            "what the API server trusts ends soon",
            "after that day no call can be made",
            "renew the certificate and its authority, and keep both authorities in 'caBundle' meanwhile"),
    WEBHOOK_BESIDE(
            1912,
            Severity.WARNING,
            "another webhook acts on the same objects",
            "the API server calls webhooks that judge all at once and shows the first refusal alone, and one that changes objects later than it is expected to changes what was reviewed elsewhere",
            "know what it does; nothing has to be changed"),
    WEBHOOK_CATCHES_ITSELF(
            1913,
            Severity.ERROR,
            "a webhook is asked about the pods it runs in",
            "once it is down, it keeps itself from coming up again",
            "leave out its own namespace and kube-system by 'namespaceSelector', and guard them otherwise"),
    NAMESPACE_UNGUARDED(
            1914,
            Severity.ERROR,
            "nothing guards a namespace that the gate leaves out",
            "whoever may create pods there may do anything on a node",
            "apply what 'gatehouse policy floor' prints"),
    REGISTRATION_UNGUARDED(
            1915,
            Severity.WARNING,
            "nothing guards the registration of the gate",
            "the API server asks no webhook about webhooks, so that one call switches the gate off",
            "apply what 'gatehouse policy floor' prints"),
    DEFINITION_MISSING(
            1916,
            Severity.WARNING,
            "a custom resource definition is missing",
            "documents of this kind cannot be kept in the cluster",
            "apply the definitions in 'deploy/crd'"),
    RIGHT_MISSING(
            1917,
            Severity.ERROR,
            "the gate lacks a right",
            "it follows policies, writes their status, scans and reports only as far as it may",
            "apply the roles in 'deploy'"),
    WEBHOOK_NO_SERVER(
            1918,
            Severity.ERROR,
            "a webhook leads to nothing",
            "a call that cannot be made is decided by 'failurePolicy': nothing can be written, or everything",
            "name the service that runs the gate");

    private final int number;
    private final Severity severity;
    private final String meaning;
    private final String why;
    private final String fix;

    Code(int number, Severity severity, String meaning, String why, String fix) {
        this.number = number;
        this.severity = severity;
        this.meaning = meaning;
        this.why = why;
        this.fix = fix;
    }

    /// `GH-` and four digits.
    public String id() {
        return String.format(Locale.ROOT, "GH-%04d", number);
    }

    public Severity severity() {
        return severity;
    }

    /// One sentence, valid for every diagnostic of this code.
    public String meaning() {
        return meaning;
    }

    /// The rule behind it, where a diagnostic knows no better.
    public String why() {
        return why;
    }

    /// What to do, where a diagnostic knows no better.
    public String fix() {
        return fix;
    }

    public Diagnostic at(Span span, String message) {
        return at(span, message, why, fix);
    }

    public Diagnostic at(Span span, String message, String fix) {
        return at(span, message, why, fix);
    }

    public Diagnostic at(Span span, String message, String why, String fix) {
        return new Diagnostic(id(), severity, span, message, why, fix);
    }
}
