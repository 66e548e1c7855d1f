// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Whether a name or a text looks like a secret. Says why in words that never hold the text.
///
/// Names are read as words (`DB_PASSWORD`, `dbPassword` and `db.password` have the words db and password), so that
/// `KEYBOARD` is no key. Entropy is asked only of texts that look drawn at random: long, without blanks, of mixed
/// characters, and no path, address, name of an image or version.
final class SecretShape {
    /// A name with one of these words names a secret.
    private static final Set<String> WORDS = Set.of(
            "password",
            "passwd",
            "passphrase",
            "passcode",
            "pwd",
            "pass",
            "secret",
            "secrets",
            "token",
            "jwt",
            "bearer",
            "credential",
            "credentials",
            "apikey",
            "apitoken",
            "authkey",
            "privatekey",
            "secretkey",
            "accesskey",
            "signingkey",
            "encryptionkey");

    /// `key` alone names much else; beside one of these it names a secret.
    private static final Set<String> KEY_OF =
            Set.of("api", "access", "private", "secret", "signing", "encryption", "auth", "master", "account", "ssh");

    /// Ends a name that says where or how long a secret is, not what.
    private static final Set<String> ABOUT = Set.of(
            "file",
            "path",
            "dir",
            "name",
            "url",
            "uri",
            "host",
            "endpoint",
            "ttl",
            "expiry",
            "expiration",
            "timeout",
            "length",
            "size",
            "count",
            "enabled",
            "required",
            "policy",
            "type",
            "header",
            "algorithm",
            "issuer",
            "id",
            "ref",
            "version",
            "rotation",
            "interval",
            "seconds",
            "audience");

    /// What a name with one of these words holds is drawn at random and no secret.
    private static final Set<String> FINGERPRINT = Set.of(
            "commit",
            "sha",
            "sha1",
            "sha256",
            "sha512",
            "digest",
            "hash",
            "checksum",
            "revision",
            "rev",
            "fingerprint",
            "thumbprint",
            "etag",
            "uuid",
            "guid",
            "id",
            "build",
            "version",
            "image",
            "cert",
            "certificate",
            "ca");

    private record Form(Pattern pattern, String words) {}

    /// Texts that say by themselves what they are.
    private static final List<Form> FORMS = List.of(
            form("-----BEGIN [A-Z ]*PRIVATE KEY", "a private key"),
            form("(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])", "an access key of AWS"),
            form("(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,}", "a token of GitHub"),
            form("(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{22,}", "a token of GitHub"),
            form("(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}", "a token of GitLab"),
            form("(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}", "a token of Slack"),
            form("(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{16,}", "a key of Stripe"),
            form("(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}", "a key of Google"),
            form("(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}", "a token of npm"),
            form("(?<![A-Za-z0-9])(sk-ant-|sk-proj-|sk-)[A-Za-z0-9_-]{20,}", "a key of an API"),
            form("(?<![A-Za-z0-9])dop_v1_[a-f0-9]{64}", "a token of DigitalOcean"),
            form("(?<![A-Za-z0-9])hv[sb]\\.[A-Za-z0-9_-]{20,}", "a token of Vault"),
            form("(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}", "a JSON web token"),
            form("(?i)AccountKey=[A-Za-z0-9+/]{40,}={0,2}", "a connection string with a key"),
            form("[a-z][a-z0-9+.-]{1,20}://[^/\\s:@$]*:[^/\\s@$<{]{3,}@", "an address with a password in it"));

    /// `--password=value`, `password=value`; not `--password-file=…`.
    private static final Pattern OPTION =
            Pattern.compile("^-{0,2}([A-Za-z][A-Za-z0-9_.-]{0,60})=(.+)$", Pattern.DOTALL);

    private static final Pattern WORD_BREAK =
            Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    /// Words of a name beyond this are not read: no variable has so many.
    private static final int LONGEST_NAME = 253;

    /// A text beyond this is read to here.
    private static final int LONGEST_TEXT = 8192;

    private static final int RANDOM_LEAST = 20;
    private static final int RANDOM_MOST = 512;
    private static final double RANDOM_BITS = 4.2;
    private static final double RANDOM_HEX_BITS = 3.0;
    private static final int RANDOM_HEX_LEAST = 32;
    private static final Pattern RANDOM = Pattern.compile("[A-Za-z0-9+/_=~.!%^&*#-]+");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]+");
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private SecretShape() {}

    private static Form form(String pattern, String words) {
        return new Form(Pattern.compile(pattern), words);
    }

    /// Why a variable of this name holds a secret.
    static Optional<String> ofName(String name) {
        var words = words(name);
        if (words.isEmpty() || ABOUT.contains(words.getLast())) {
            return Optional.empty();
        }
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (WORDS.contains(word) || word.equals("key") && i > 0 && KEY_OF.contains(words.get(i - 1))) {
                return Optional.of("its name says so");
            }
        }
        return Optional.empty();
    }

    private static List<String> words(String name) {
        return WORD_BREAK
                .splitAsStream(name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name)
                .filter(word -> !word.isEmpty())
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
    }

    /// What stands for a value that is put in elsewhere: `$(NAME)`, `${NAME}`, `<…>`, and words that are no secret.
    static boolean isReference(String value) {
        return value.startsWith("$(") && value.endsWith(")")
                || value.startsWith("${") && value.endsWith("}")
                || value.startsWith("/") // a path to it
                || value.equalsIgnoreCase("true")
                || value.equalsIgnoreCase("false");
    }

    /// Why a value is a secret, whatever it is called, but for names of what is random and public.
    static Optional<String> ofValue(String name, String value) {
        var text = value.length() > LONGEST_TEXT ? value.substring(0, LONGEST_TEXT) : value;
        for (var form : FORMS) {
            if (form.pattern().matcher(text).find()) {
                return Optional.of("it looks like " + form.words());
            }
        }
        return isRandom(text) && words(name).stream().noneMatch(FINGERPRINT::contains)
                ? Optional.of("it looks drawn at random")
                : Optional.empty();
    }

    /// Why a word of a command line is, or holds, a secret.
    static Optional<String> ofArgument(String word) {
        var text = word.length() > LONGEST_TEXT ? word.substring(0, LONGEST_TEXT) : word;
        var option = OPTION.matcher(text);
        if (option.matches() && !isReference(option.group(2))) {
            var named = ofName(option.group(1));
            return named.isPresent() ? named : ofValue(option.group(1), option.group(2));
        }
        for (var form : FORMS) { // random is no argument here: hashes and ids are common words of commands
            if (form.pattern().matcher(text).find()) {
                return Optional.of("it looks like " + form.words());
            }
        }
        return Optional.empty();
    }

    private static boolean isRandom(String text) {
        if (text.length() < RANDOM_LEAST
                || text.length() > RANDOM_MOST
                || !RANDOM.matcher(text).matches()
                || UUID.matcher(text).matches()) {
            return false;
        }
        if (HEX.matcher(text).matches()) {
            return text.length() >= RANDOM_HEX_LEAST && entropyBits(text) >= RANDOM_HEX_BITS;
        }
        return mixed(text) && entropyBits(text) >= RANDOM_BITS;
    }

    /// Capital and small letters and digits, with changes between them all over: a path or a name has few.
    private static boolean mixed(String text) {
        boolean upper = false;
        boolean lower = false;
        boolean digit = false;
        int changes = 0;
        int before = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int sort = c >= '0' && c <= '9' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= 'a' && c <= 'z' ? 2 : 3;
            upper |= sort == 1;
            lower |= sort == 2;
            digit |= sort == 0;
            changes += sort != before && before >= 0 ? 1 : 0;
            before = sort;
        }
        return upper && lower && digit && changes * 3 >= text.length();
    }

    /// Of one character, by how often each occurs.
    private static double entropyBits(String text) {
        var counts = new int[128];
        for (int i = 0; i < text.length(); i++) {
            counts[text.charAt(i) & 127]++;
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / text.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }
}
