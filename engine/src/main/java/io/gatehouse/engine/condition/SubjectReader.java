// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.condition.Expression.Term;
import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the field or transformer that begins at one place of a text, as outputs hold them between words.
///
/// It ends where no longer part of the text is a field: in `proc.nameand` it is `proc.name`, and brackets that are no
/// argument of the field are text again.
public final class SubjectReader {
    /// Far above the longest name.
    private static final int LONGEST_NAME = 128;
    /// How many brackets may stand inside brackets that are no argument.
    private static final int MOST_TRIES = 20;

    private static final String OUTPUT = "output";

    private final Script script;
    private final String text;
    private final FieldNames fields;
    private final SubjectTyper typer;

    public SubjectReader(Script script, FieldCatalogue catalogue, Source source) {
        this.script = script;
        this.text = script.text();
        this.fields = new FieldNames(catalogue, source);
        this.typer = new SubjectTyper(fields);
    }

    /// @param subject none if there is an error, or no field at all
    /// @param fields all that are read for it
    /// @param end behind its last char; without a subject behind what was understood
    /// @param diagnostics empty if no field begins at the place
    public record Found(Optional<Subject> subject, List<FieldRead> fields, int end, List<Diagnostic> diagnostics) {
        public Found {
            fields = List.copyOf(fields);
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /// @param name as written; where an argument stands behind a dot, with it
    /// @param argument what stood in brackets, as bytes
    public record FieldRead(String name, Optional<String> argument, Subject.Read read) {}

    /// @param start of the field's or transformer's name
    public Found at(int start) {
        try {
            var scanner = new Scanner(script, text.length(), OUTPUT);
            scanner.back(start);
            var call = new TermParser(scanner, Lists.NONE).call(true);
            return call.isPresent() ? call((Term.Call) call.get(), start, scanner.at()) : field(start);
        } catch (Scanner.Stop stop) {
            var wrong = stop.diagnostic();
            var told = Code.OUTPUT_TRANSFORMER.at(wrong.span(), wrong.message(), wrong.fix());
            return new Found(Optional.empty(), List.of(), nameEnd(start), List.of(told));
        }
    }

    private Found call(Term.Call call, int start, int end) {
        var diagnostics = new ArrayList<Diagnostic>();
        var subject = typer.type(call, diagnostics);
        if (subject.isPresent()) {
            return new Found(subject, reads(call), end, diagnostics);
        }
        return call.argument()
                .flatMap(argument -> withoutBrackets(call, start, end))
                .orElseGet(() -> new Found(Optional.empty(), List.of(), end, diagnostics));
    }

    /// A call whose brackets are no argument of it, and so text again.
    private Optional<Found> withoutBrackets(Term.Call call, int start, int end) {
        var bare = new Term.Call(call.transformer(), call.arguments(), Optional.empty(), call.span());
        var subject = typer.type(bare, new ArrayList<>());
        if (subject.isEmpty()) {
            return Optional.empty();
        }
        int limit = end;
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            limit = text.lastIndexOf('[', limit - 1);
            var scanner = new Scanner(script, Math.max(start, limit), OUTPUT);
            scanner.back(start);
            try {
                if (new TermParser(scanner, Lists.NONE).call(true).isPresent()) {
                    return Optional.of(new Found(subject, reads(bare), scanner.at(), List.of()));
                }
            } catch (Scanner.Stop _) {
                // cut inside the brackets: their beginning is further to the left
            }
        }
        return Optional.empty();
    }

    private Found field(int start) {
        int end = nameEnd(start);
        var wrong = new ArrayList<Diagnostic>();
        for (int until = end; until > start; until--) {
            var name = text.substring(start, until);
            if (!fields.knows(name)) {
                continue;
            }
            for (var candidate : candidates(name, start, until)) {
                var diagnostics = new ArrayList<Diagnostic>();
                var subject = fields.find(candidate.use(), diagnostics);
                if (subject.isPresent()) {
                    var read = read(candidate.use(), subject.get());
                    return new Found(subject, List.of(read), candidate.end(), diagnostics);
                }
                if (wrong.isEmpty()) { // of all that could be meant the longest is told of
                    wrong.addAll(diagnostics);
                }
            }
        }
        if (wrong.isEmpty() && end > start && end < text.length() && text.charAt(end) == '(') {
            wrong.add(Code.OUTPUT_TRANSFORMER.at(
                    script.span(start, end), "there is no transformer '" + text.substring(start, end) + "'"));
        } else if (wrong.isEmpty() && end > start) {
            var use = new Term.FieldUse(text.substring(start, end), Optional.empty(), script.span(start, end));
            fields.find(use, wrong);
        }
        return new Found(Optional.empty(), List.of(), end, wrong);
    }

    private record Candidate(Term.FieldUse use, int end) {}

    /// With the brackets behind the name, if they can be an argument, then without.
    private List<Candidate> candidates(String name, int start, int nameEnd) {
        var candidates = new ArrayList<Candidate>();
        var scanner = new Scanner(script, text.length(), OUTPUT);
        scanner.back(nameEnd);
        try {
            var argument = scanner.argument();
            if (argument.isPresent()) {
                var use = new Term.FieldUse(name, argument, script.span(start, scanner.at()));
                candidates.add(new Candidate(use, scanner.at()));
            }
        } catch (Scanner.Stop _) {
            // brackets, but no argument
        }
        candidates.add(new Candidate(new Term.FieldUse(name, Optional.empty(), script.span(start, nameEnd)), nameEnd));
        return candidates;
    }

    private List<FieldRead> reads(Term term) {
        return switch (term) {
            case Term.FieldUse use ->
                List.of(read(use, fields.find(use, new ArrayList<>()).orElseThrow()));
            case Term.Call(var _, var arguments, var _, var _) ->
                arguments.stream().flatMap(each -> reads(each).stream()).toList();
            case Term.Group(var terms, var _) ->
                terms.stream().flatMap(each -> reads(each).stream()).toList();
            case Term.Literal _, Term.Items _, Term.Nothing _ -> List.of();
        };
    }

    private static FieldRead read(Term.FieldUse use, Subject subject) {
        return new FieldRead(use.name(), use.argument(), (Subject.Read) subject);
    }

    private int nameEnd(int start) {
        int end = start;
        int limit = Math.min(text.length(), start + LONGEST_NAME);
        while (end < limit && isName(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isName(char c) {
        return c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
