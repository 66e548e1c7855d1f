// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/// The arrows between modules, and which library may be seen from where.
class ModuleArrowsTest {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    /// What each module may stand on, and why nothing else.
    private static final Map<String, Arrow> ARROWS = Map.ofEntries(
            entry("schemas", new Arrow("contracts stand on nothing, so that everything can stand on them")),
            entry("engine", new Arrow("the engine is pure: text in, plan out", "schemas")),
            entry("events", new Arrow("an event's meaning needs the engine's fields and no source", "engine")),
            entry(
                    "feed",
                    new Arrow("where policies come from knows how to compile them, not who reads them", "engine")),
            entry("policies", new Arrow("what we ship is text; only its own tests read it")),
            entry("outputs", new Arrow("where alerts go knows the alert, not who raised it", "schemas")),
            entry(
                    "enforcer-agent",
                    new Arrow("the node process knows nothing of the webhook", "events", "feed", "outputs")),
            entry("admission", new Arrow("the cluster process knows nothing of the kernel", "feed", "outputs")),
            entry(
                    "cli",
                    new Arrow(
                            "the command stands on everything and is stood on by tests only",
                            "enforcer-agent",
                            "admission",
                            "policies")),
            entry(
                    "benchmarks",
                    new Arrow("measures what is shipped, whole and in parts", "cli", "enforcer-agent", "outputs")),
            entry("kind-tests", new Arrow("tests what is shipped", "cli")));

    private record Arrow(String reason, Set<String> onto) {
        Arrow(String reason, String... onto) {
            this(reason, Set.of(onto));
        }
    }

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.gatehouse");

    @Test
    void modules_stand_on_each_other_only_along_the_arrows() throws Exception {
        assertEquals(new TreeSet<>(ARROWS.keySet()), new TreeSet<>(modules()), "every module has its arrow");
        var wrong = new TreeMap<String, String>();
        for (var module : modules()) {
            var arrow = ARROWS.get(module);
            for (var onto : dependencies(module)) {
                if (!arrow.onto().contains(onto)) {
                    wrong.put(module + " -> " + onto, arrow.reason());
                }
            }
        }
        assertEquals(Map.of(), wrong);
    }

    @Test
    void the_kernel_is_called_from_one_package() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gatehouse.agent.kernel..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..", "java.lang.foreign..")
                .because("native calls live behind types that own and close what they open")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_web_server_is_seen_from_the_webhook_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gatehouse.admission..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty..")
                .because("nothing else serves")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.gatehouse.admission.pod..",
                        "io.gatehouse.admission.control..",
                        "io.gatehouse.admission.review..",
                        "io.gatehouse.admission.offline..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty..", "io.gatehouse.admission.server..")
                .because("the verdict is the same offline, so it must not need the server")
                .check(CLASSES);
    }

    @Test
    void the_small_web_server_answers_for_the_agent_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gatehouse.cli.status..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.net.httpserver..")
                .because("what answers a few readers on the loopback address is no server for the cluster")
                .check(CLASSES);
    }

    @Test
    void texts_are_read_by_the_engine_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.gatehouse.engine..", "io.gatehouse.agent.containers..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.yaml..", "com.networknt..", "tools.jackson..", "com.fasterxml.jackson.databind..")
                .because("one reader means one understanding of a text; what container runtimes write down is no text"
                        + " of a user's, and read where it is known")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages("io.gatehouse.engine..", "io.gatehouse.admission..", "io.gatehouse.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.fasterxml.jackson..")
                .because("the gate and the command line write with it; everybody takes trees from the engine")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages("io.gatehouse.engine..", "io.gatehouse.admission.review..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("com.fasterxml.jackson.core.JsonParser")
                .because("writing with it is no reading; the gate finds only the id of a review that is no document")
                .check(CLASSES);
    }

    @Test
    void the_api_server_is_asked_from_one_place_of_each_module() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.gatehouse.feed.kubernetes..",
                        "io.gatehouse.agent.kubernetes..",
                        "io.gatehouse.admission.kubernetes..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..")
                .because("the client is large, and an agent outside a cluster must not load it")
                .check(CLASSES);
    }

    @Test
    void the_core_reads_no_clock_and_no_files() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.gatehouse.engine..",
                        "io.gatehouse.admission.pod..",
                        "io.gatehouse.admission.control..",
                        "io.gatehouse.admission.review..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.time.LocalDate.class, "now")
                .because("what is pure can be tested anywhere and replayed")
                .check(CLASSES);
    }

    @Test
    void packages_form_no_cycles() {
        slices().matching("io.gatehouse.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    private static List<String> modules() throws Exception {
        return texts(document(ROOT.resolve("pom.xml")), "module");
    }

    /// Modules of ours that a module names as a dependency of what it ships.
    private static List<String> dependencies(String module) throws Exception {
        var found = new ArrayList<String>();
        var pom = ROOT.resolve(module).resolve("pom.xml");
        assertTrue(Files.exists(pom), pom::toString);
        var nodes = document(pom).getElementsByTagName("dependency");
        for (int i = 0; i < nodes.getLength(); i++) {
            var dependency = (Element) nodes.item(i);
            boolean ours = texts(dependency, "groupId").equals(List.of("io.gatehouse"));
            boolean onlyTested = texts(dependency, "scope").equals(List.of("test"));
            boolean testsAlone = module.equals("kind-tests");
            if (ours && (!onlyTested || testsAlone)) {
                found.add(texts(dependency, "artifactId").getFirst().substring("gatehouse-".length()));
            }
        }
        return found;
    }

    private static Element document(Path pom) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
    }

    private static List<String> texts(Element in, String tag) {
        var found = new ArrayList<String>();
        var nodes = in.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            found.add(node.getTextContent().strip());
        }
        return found;
    }
}
