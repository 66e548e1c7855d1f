// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.diagnostic;

import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import java.util.Locale;

/// Every diagnostic code there is, and nowhere else. A code never changes its meaning and is never given out again.
///
/// `GH-10xx`: reading a text. `GH-11xx`: a policy document. `GH-12xx`: kept for rules and conditions. `GH-13xx`: the
/// folder policies come from. `GH-15xx`: what the gate is asked to judge.
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
            "every document here is a WorkloadPolicy or a ClusterWorkloadPolicy",
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
            "let the API server send it: admissionReviewVersions: [v1]");

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
