// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.Governed.Gap;
import io.gatehouse.agent.enforce.ImagePrograms.Program;
import io.gatehouse.agent.enforce.KernelRules.Allowed;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import io.gatehouse.schemas.program.ProgramKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The rules about programs as files of one container's image: which may not run, which are interpreters, which may
/// make memory executable. Whatever is found is a file, and a file with two names is one file.
final class ProgramObjects {
    private static final Set<ProgramKind> SHELLS = EnumSet.of(ProgramKind.SHELL, ProgramKind.MULTI_CALL);
    private static final Set<ProgramKind> PACKAGE_MANAGERS = EnumSet.of(ProgramKind.PACKAGE_MANAGER);

    /// A loader runs the interpreter that it is given, and is the program then.
    private static final Set<ProgramKind> INTERPRETERS =
            EnumSet.of(ProgramKind.SHELL, ProgramKind.MULTI_CALL, ProgramKind.INTERPRETER, ProgramKind.LOADER);

    /// Of the names that go with a file, so many are told.
    private static final int NAMES_TOLD = 12;

    private final ImagePrograms image;
    private final Consumer<Allowed> objects;
    private final Consumer<Gap> gaps;

    ProgramObjects(ImagePrograms image, Consumer<Allowed> objects, Consumer<Gap> gaps) {
        this.image = image;
        this.objects = objects;
        this.gaps = gaps;
    }

    /// Adds what one policy asks, under its bit.
    void add(WorkloadPolicy policy, int bit) {
        var section = policy.runtime().orElseThrow();
        section.processes().ifPresent(processes -> {
            forbid(processes, policy, bit);
            processes
                    .interpreters()
                    .filter(RuntimeSection.Interpreters::fromImageOnly)
                    .ifPresent(asked -> interpret(asked, policy, bit));
        });
        section.memory().filter(RuntimeSection.Memory::denyExecutable).ifPresent(memory -> exempt(memory, policy, bit));
    }

    /// What is not there needs no forbidding; what the container puts there is not of the image.
    private void forbid(RuntimeSection.Processes asked, WorkloadPolicy policy, int bit) {
        var found = new ArrayList<Program>();
        asked.forbid().forEach(path -> image.at(path).ifPresent(found::add));
        if (asked.denyShells()) {
            found.addAll(image.of(SHELLS));
        }
        if (asked.denyPackageManagers()) {
            found.addAll(image.of(PACKAGE_MANAGERS));
        }
        found.forEach(
                program -> objects.accept(new Allowed(program.identity(), Wire.Object.KIND_FORBIDDEN_PROGRAM, bit)));
        tellNames(found, policy, RuntimeRule.PROCESS_FORBID, "these may not run either");
    }

    private void interpret(RuntimeSection.Interpreters asked, WorkloadPolicy policy, int bit) {
        var found = new ArrayList<>(image.of(INTERPRETERS));
        asked.programs().forEach(path -> image.at(path).ifPresent(found::add));
        found.forEach(program -> objects.accept(new Allowed(program.identity(), Wire.Object.KIND_INTERPRETER, bit)));
        tellNames(found, policy, RuntimeRule.INTERPRETERS, "these read files of the image only, too");
    }

    /// Leave is for a file of the image as it was made.
    private void exempt(RuntimeSection.Memory asked, WorkloadPolicy policy, int bit) {
        for (var path : asked.jit()) {
            var program = image.at(path).filter(found -> !found.identity().upper());
            program.ifPresent(found -> objects.accept(new Allowed(found.identity(), Wire.Object.KIND_JIT, bit)));
            if (program.isEmpty()) {
                gaps.accept(new Gap(policy, RuntimeRule.MEMORY, path + Generations.NOT_OF_IMAGE));
            }
        }
    }

    /// A file that is many programs is meant by one of its names and kept whole: whoever wrote the policy should know.
    private void tellNames(List<Program> programs, WorkloadPolicy policy, RuntimeRule rule, String what) {
        var told = new ArrayList<Program>();
        for (var program : programs) {
            boolean several = program.links() > 1
                    || program.kind().filter(ProgramKind.MULTI_CALL::equals).isPresent()
                    || programs.stream()
                                    .filter(other -> ImagePrograms.sameFile(other, program))
                                    .count()
                            > 1;
            if (!several || told.stream().anyMatch(other -> ImagePrograms.sameFile(other, program))) {
                continue;
            }
            told.add(program);
            var meant = programs.stream()
                    .filter(other -> ImagePrograms.sameFile(other, program))
                    .map(Program::name)
                    .collect(Collectors.toSet());
            var others = image.otherNames(program, meant);
            if (!others.isEmpty()) {
                gaps.accept(new Gap(policy, rule, reason(program, what, others)));
            }
        }
    }

    private static String reason(Program program, String what, List<String> others) {
        int more = others.size() - NAMES_TOLD;
        return program.path() + " is one file with many names, so " + what + ": "
                + String.join(", ", others.subList(0, Math.min(others.size(), NAMES_TOLD)))
                + (more > 0 ? " and " + more + " more" : "");
    }
}
