// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.image;

import io.gatehouse.admission.image.ImageVerdict;
import io.gatehouse.admission.image.VerdictText;
import io.gatehouse.admission.image.layer.Evidence;
import io.gatehouse.admission.image.source.ImageFailure;
import io.gatehouse.admission.image.source.ImageReference;
import io.gatehouse.admission.image.source.Limits;
import io.gatehouse.admission.image.source.OciLayout;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What stands in an image.
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        description = "Looks into images.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = ImageCommand.Inspect.class)
public final class ImageCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /// Without a command there is nothing to do.
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.BAD_INPUT.code();
    }

    @Command(
            name = "inspect",
            mixinStandardHelpOptions = true,
            description = {
                "Says whether an image is distroless, and what in it speaks against that.",
                "Exits 0 if it is, 1 if it is not, 3 if that cannot be found out."
            })
    static final class Inspect implements Callable<Integer> {
        @Parameters(
                arity = "1",
                paramLabel = "IMAGE",
                description = "As a pod names it; or a folder in OCI layout, with :NAME where it holds several.")
        private String image;

        @Option(names = "--json", description = "For programs.")
        private boolean json;

        @Mixin
        private ImageOptions options;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var verdict = verdict();
            var out = spec.commandLine().getOut();
            if (json) {
                out.print(VerdictText.json(verdict));
            } else {
                print(verdict, out);
            }
            out.flush();
            return (verdict.distroless() ? Exit.OK : Exit.VIOLATION).code();
        }

        private ImageVerdict verdict() {
            try {
                var folder = folder();
                return folder == null ? fromRegistry() : fromLayout(folder);
            } catch (ImageFailure e) {
                throw Refusal.cannot(e.getMessage());
            }
        }

        /// The part of the argument that is a layout; null where none is.
        private Path folder() {
            if (OciLayout.isLayout(Path.of(image))) {
                return Path.of(image);
            }
            for (int colon = image.indexOf(':'); colon > 0; colon = image.indexOf(':', colon + 1)) {
                var folder = Path.of(image.substring(0, colon));
                if (OciLayout.isLayout(folder)) {
                    return folder;
                }
            }
            return null;
        }

        private ImageVerdict fromLayout(Path folder) throws ImageFailure {
            var name =
                    image.substring(Math.min(image.length(), folder.toString().length() + 1));
            try (var layout = OciLayout.open(folder, Limits.DEFAULT)) {
                return options.inspector().inspect(layout, OciLayout.anyReference(), layout.find(name));
            }
        }

        private ImageVerdict fromRegistry() throws ImageFailure {
            var reference = ImageReference.parse(image)
                    .orElseThrow(() -> Refusal.badInput("neither an image nor a folder in OCI layout: " + image));
            try (var registry = options.registry()) {
                return options.inspector().inspect(registry, reference, registry.resolve(reference));
            }
        }

        private static void print(ImageVerdict verdict, PrintWriter out) {
            for (var evidence : verdict.evidence()) {
                out.println((evidence.kind().decides() ? "against " : "remark  ") + line(evidence));
            }
            if (verdict.omitted() > 0) {
                out.println("and " + verdict.omitted() + " more");
            }
            out.println(verdict.image() + ": " + (verdict.distroless() ? "distroless" : "not distroless") + "; "
                    + verdict.layers() + " layers, " + verdict.bytes() + " bytes");
        }

        private static String line(Evidence evidence) {
            return evidence.words() + " (" + evidence.layerDigest().brief() + "…), " + evidence.detail();
        }
    }
}
