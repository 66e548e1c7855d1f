// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The real one: what the environment variable `KUBECTL` names, else the one in `PATH`.
public final class Kubectl {
    private final Path program;
    private final Path kubeconfig;

    private Kubectl(Path program, Path kubeconfig) {
        this.program = program;
        this.kubeconfig = kubeconfig;
    }

    static Optional<Kubectl> of(Path kubeconfig) {
        var named = Optional.ofNullable(System.getenv("KUBECTL"))
                .filter(name -> !name.isBlank())
                .map(Path::of);
        return named.or(Kubectl::inPath).filter(Files::isExecutable).map(program -> new Kubectl(program, kubeconfig));
    }

    private static Optional<Path> inPath() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Speaks to the same cluster as somebody else.
    public Kubectl as(Path other) {
        return new Kubectl(program, other);
    }

    /// What a person sees who types these words.
    public Ended run(String... words) throws IOException, InterruptedException {
        return with("", words);
    }

    /// @param input what it reads from `-f -`
    public Ended with(String input, String... words) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(program.toString(), "--kubeconfig", kubeconfig.toString()));
        line.addAll(List.of(words));
        return Ended.run(line, Map.of(), input, Ended.Streams.AS_ONE);
    }
}
