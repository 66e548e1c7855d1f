// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.pod.Container;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.AdmissionPlan;
import io.gatehouse.engine.policy.Glob;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.AdmissionSection.Pinned;
import io.gatehouse.schemas.policy.AdmissionSection.Pulled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where images come from and by what they are named: the `images` section. Names are compared as runtimes complete
/// them, so that no spelling of a name gets past.
record ImageNames() implements Control {
    static final String RULE = "admission.images.";

    /// One image of a pod.
    ///
    /// @param who uses it, for messages
    /// @param owner path of what the name stands in
    private record Use(
            String who, String owner, String field, Node.Mapping node, Span nameSpan, Optional<Container> container) {
        Optional<Node> written() {
            return Fields.value(node, field);
        }

        String text() {
            return Fields.text(node, field).orElse("");
        }

        Breach breach(String rule, String wanted, String fact, String remedy) {
            return new Breach(
                    RULE + rule,
                    owner + "." + field,
                    Fields.show(written()),
                    wanted,
                    who + " " + fact,
                    remedy,
                    written().map(Node::span).orElse(nameSpan),
                    container);
        }
    }

    @Override
    public List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered) {
        var asked = plan.asked().images();
        if (asked.isEmpty()) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        for (var use : uses(arrival, covered)) {
            judge(asked.get(), use, breaches);
        }
        return breaches;
    }

    private static List<Use> uses(Arrival arrival, List<Container> covered) {
        var uses = new ArrayList<Use>();
        for (var container : covered) {
            if (container.image().filter(image -> !image.isEmpty()).isPresent()) { // a template may leave it out
                uses.add(new Use(
                        container.words(),
                        container.path(),
                        "image",
                        container.node(),
                        container.nameSpan(),
                        Optional.of(container)));
            }
        }
        for (var volume : arrival.pod().volumes()) {
            volume.source("image")
                    .ifPresent(source -> uses.add(new Use(
                            "volume \"" + volume.name() + "\"",
                            volume.path() + ".image",
                            "reference",
                            source,
                            volume.span(),
                            Optional.empty())));
        }
        return uses;
    }

    private static void judge(AdmissionSection.ImageNames asked, Use use, List<Breach> breaches) {
        var reference = ImageReference.parse(use.text());
        if (reference.isEmpty()) { // it cannot run, and nothing can be said of it
            breaches.add(use.breach(
                    asked.allow().isPresent() ? "allow" : asked.pinned().isPresent() ? "pinned" : "forbid",
                    "a name that runtimes can read",
                    "has an image name that no runtime reads",
                    "write it out"));
            return;
        }
        var image = reference.get();
        asked.forbid().stream()
                .filter(pattern -> matches(pattern, image))
                .findFirst()
                .ifPresent(pattern -> breaches.add(use.breach(
                        "forbid",
                        "none of " + pattern,
                        "uses an image of " + where(image) + ", which is forbidden",
                        "use one from elsewhere")));
        if (asked.allow().isPresent() && asked.allow().get().stream().noneMatch(pattern -> matches(pattern, image))) {
            breaches.add(use.breach(
                    "allow",
                    "one of " + String.join(", ", asked.allow().get()),
                    "uses an image of " + where(image) + ", which is not on the list",
                    "use an image from a place on the list"));
        }
        asked.pinned().ifPresent(by -> pinned(by, asked, use, image, breaches));
        asked.alwaysPull().ifPresent(which -> pulled(which, asked, use, image, breaches));
    }

    private static String where(ImageReference image) {
        return image.registry() + "/" + image.repository();
    }

    /// A pattern without a slash is a registry; one that ends in a slash holds all below it; any other is a glob over
    /// the completed name with or without what follows the repository.
    private static boolean matches(String pattern, ImageReference image) {
        if (pattern.indexOf('/') < 0 && isRegistry(pattern)) {
            return Glob.matches(lower(pattern), lower(image.registry()));
        }
        var whole = completed(pattern);
        var name = lower(image.registry()) + "/" + image.repository();
        if (whole.endsWith("/")) {
            return name.startsWith(whole) || Glob.matches(whole + "*", name);
        }
        var tagged = name + image.tag().map(tag -> ":" + tag).orElse("");
        return Glob.matches(whole, name)
                || Glob.matches(whole, tagged)
                || image.digest()
                        .filter(digest ->
                                Glob.matches(whole, tagged + "@" + digest) || Glob.matches(whole, name + "@" + digest))
                        .isPresent();
    }

    private static boolean isRegistry(String pattern) {
        int colon = pattern.indexOf(':');
        var host = colon < 0 ? pattern : pattern.substring(0, colon);
        return host.indexOf('.') >= 0
                        && (colon < 0 || pattern.substring(colon + 1).matches("[0-9*?]+"))
                || host.equals("localhost")
                || pattern.equals("*");
    }

    /// As [ImageReference] completes a name: without a registry it is Docker's, and without a slash its library.
    private static String completed(String pattern) {
        int slash = pattern.indexOf('/');
        var first = slash < 0 ? "" : pattern.substring(0, slash);
        boolean hasRegistry = first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.indexOf('*') >= 0
                || first.equals("localhost");
        if (hasRegistry) {
            return lower(first.equals("index.docker.io") ? ImageReference.DOCKER_HUB : first)
                    + pattern.substring(slash);
        }
        return ImageReference.DOCKER_HUB + "/" + (slash < 0 ? "library/" : "") + pattern;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static void pinned(
            Pinned by, AdmissionSection.ImageNames asked, Use use, ImageReference image, List<Breach> breaches) {
        if (image.digest().isPresent()) {
            return;
        }
        switch (by) {
            case DIGEST ->
                breaches.add(use.breach(
                        "pinned",
                        "a digest",
                        "uses an image that is not named by its digest",
                        "write it as name@sha256:…; 'gatehouse image inspect' prints the digest"));
            case TAG -> {
                boolean written = use.text().lastIndexOf(':') > use.text().lastIndexOf('/');
                if (!written) {
                    breaches.add(use.breach(
                            "pinned",
                            "a tag or a digest",
                            "uses an image without a tag",
                            "write the tag or the digest"));
                } else if (moves(asked, image)) {
                    breaches.add(use.breach(
                            "pinned",
                            "a tag that is none of " + String.join(", ", asked.movingTags()),
                            "uses an image by the tag \"" + image.tag().orElse("")
                                    + "\", which is another image tomorrow",
                            "write the tag of a version, or the digest"));
                }
            }
        }
    }

    private static boolean moves(AdmissionSection.ImageNames asked, ImageReference image) {
        return image.digest().isEmpty()
                && image.tag()
                        .filter(tag -> asked.movingTags().stream().anyMatch(glob -> Glob.matches(glob, tag)))
                        .isPresent();
    }

    private static void pulled(
            Pulled which, AdmissionSection.ImageNames asked, Use use, ImageReference image, List<Breach> breaches) {
        if (which == Pulled.MOVING && !moves(asked, image)) {
            return;
        }
        var field = use.container().isPresent() ? "imagePullPolicy" : "pullPolicy";
        var seen = Fields.value(use.node(), field);
        var policy = Fields.text(use.node(), field).orElse(filledIn(image));
        if (!policy.equals("Always")) {
            breaches.add(new Breach(
                    RULE + "alwaysPull",
                    use.owner() + "." + field,
                    Fields.show(seen),
                    "\"Always\"",
                    use.who() + " may use an image that the node has without asking the registry",
                    "set it to Always",
                    seen.map(Node::span).orElse(use.nameSpan()),
                    use.container()));
        }
    }

    /// What the API server writes where the field is left out.
    private static String filledIn(ImageReference image) {
        return image.tag().equals(Optional.of("latest")) && image.digest().isEmpty() ? "Always" : "IfNotPresent";
    }
}
