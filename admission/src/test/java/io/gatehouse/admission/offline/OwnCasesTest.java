// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.offline;

import static io.gatehouse.admission.review.Policies.mounts;
import static io.gatehouse.admission.review.Policies.policy;
import static io.gatehouse.admission.review.Policies.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.admission.offline.OfflineCheck.Judged;
import io.gatehouse.admission.review.Policies;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.policy.AdmissionSection;
import io.gatehouse.schemas.policy.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the suites of others leave out: sidecars, ephemeral containers, old workload kinds, other spellings of a path.
class OwnCasesTest {
    private static final Path CASES =
            Path.of(System.getProperty("gatehouse.root"), "admission/src/test/resources/cases");
    private static final AdmissionSection SENSITIVE = mounts(
            "/var/lib/kubelet", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock");

    @ParameterizedTest
    @CsvSource({
        "ro-all, ''",
        "wl-statefulset-ok, ''",
        "ro-sidecar-writable, spec.initContainers[0].securityContext.readOnlyRootFilesystem",
        "ro-ephemeral-writable, spec.ephemeralContainers[0].securityContext.readOnlyRootFilesystem",
        "wl-replicationcontroller, spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
        "wl-podtemplate, template.spec.containers[0].securityContext.readOnlyRootFilesystem"
    })
    void a_writable_root_is_found_wherever_the_container_stands(String name, String field) throws IOException {
        assertEquals(field, fields(name, Policies.READ_ONLY));
    }

    @ParameterizedTest
    @CsvSource({"sensitive-mount-2", "sensitive-mount-3", "sensitive-mount-4", "sensitive-mount-5", "sensitive-mount-6"
    })
    void a_sensitive_mount_is_found_however_it_is_spelt(String name) throws IOException {
        assertEquals("spec.volumes[0].hostPath.path", fields(name, SENSITIVE));
    }

    @Test
    void a_connection_into_a_pod_is_let_through() throws IOException {
        var judged = check(CASES.resolve("exec"), Policies.EVERYTHING);
        assertEquals(15, judged.size());
        assertEquals(
                List.of(),
                judged.stream()
                        .flatMap(one -> one.decision().findings().stream())
                        .toList());
    }

    private static String fields(String name, AdmissionSection asked) throws IOException {
        return String.join(
                " ",
                check(CASES.resolve("own").resolve(name + ".yaml"), asked).getFirst().decision().findings().stream()
                        .map(finding -> finding.breach().field())
                        .toList());
    }

    private static List<Judged> check(Path path, AdmissionSection asked) throws IOException {
        Snapshot snapshot = snapshot(policy("p", Mode.ENFORCE, asked));
        var report = OfflineCheck.check(
                OfflineCheck.read(List.of(path), InputStream.nullInputStream()), snapshot, "default", LocalDate.EPOCH);
        assertEquals(List.of(), report.problems());
        return report.judged();
    }
}
