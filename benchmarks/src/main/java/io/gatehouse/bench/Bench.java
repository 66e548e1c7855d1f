// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RuncContainer.ImageFile;
import io.gatehouse.agent.fixture.RuncContainer.Options;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the benchmarks share: the loops, a container that holds them, and a policy for that container alone.
final class Bench {
    private Bench() {}

    /// The compiled loops; `-Dgatehouse.bench.loops` names a folder that has them where there is no compiler, as in a
    /// VM.
    static Path loops(Path folder, String name) throws IOException {
        var ready = System.getProperty("gatehouse.bench.loops");
        if (ready != null) {
            return Path.of(ready, name);
        }
        var loops = Loops.compile(folder);
        return name.equals("loops") ? loops.program() : loops.nothing();
    }

    static RuncContainer container(Path folder) throws IOException {
        var container = RuncContainer.create(folder, options(folder));
        container.start();
        return container;
    }

    /// Of a container that holds the loops.
    static Options options(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Options.defaults()
                .withFiles(
                        ImageFile.program("/bin/loops", loops(folder, "loops")),
                        ImageFile.program("/bin/nothing", loops(folder, "nothing")));
    }

    /// Every runtime rule there is, for one container.
    static Snapshot policy(RuncContainer container, Mode mode) {
        var policy = new WorkloadPolicy(
                PolicyName.cluster("benchmark"),
                mode,
                new Match(List.of(), Map.of(), List.of(), List.of(container.id())),
                List.of(),
                Optional.empty(),
                Optional.of(RuntimeSection.of(
                        Optional.of(RuntimeSection.Processes.of(
                                List.of("/bin/busybox", "/bin/loops", "/bin/nothing"), true, Action.DENY)),
                        Optional.of(RuntimeSection.Writes.of(true, List.of(), Action.DENY)))));
        return new Snapshot("benchmark-" + mode, List.of(policy));
    }
}
