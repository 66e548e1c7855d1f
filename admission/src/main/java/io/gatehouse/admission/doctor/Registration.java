// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.doctor;

import io.gatehouse.admission.doctor.ClusterObjects.Found;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.engine.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One webhook of a configuration.
record Registration(String configuration, Node.Mapping webhook) {
    static final String USUAL_NAMESPACE = "gatehouse-system";

    static List<Registration> all(ClusterObjects objects, String kind) {
        var found = new ArrayList<Registration>();
        for (Found configuration : objects.of(kind)) {
            Trees.mappings(configuration.object(), "webhooks")
                    .forEach(webhook -> found.add(new Registration(configuration.name(), webhook)));
        }
        return found;
    }

    /// @param name of a webhook, or of a configuration
    static List<Registration> find(ClusterObjects objects, String name) {
        return all(objects, ClusterDoctor.VALIDATING).stream()
                .filter(one -> one.name().equals(name) || one.configuration.equals(name))
                .toList();
    }

    String name() {
        return Fields.text(webhook, "name").orElse("");
    }

    RuleSpace rules() {
        return new RuleSpace(Trees.mappings(webhook, "rules"));
    }

    LabelSelector namespaces() {
        return LabelSelector.of(Fields.mapping(webhook, "namespaceSelector"));
    }

    Optional<Node.Mapping> client() {
        return Fields.mapping(webhook, "clientConfig");
    }

    Optional<Node.Mapping> service() {
        return client().flatMap(client -> Fields.mapping(client, "service"));
    }

    Optional<String> serviceNamespace() {
        return service().flatMap(service -> Fields.text(service, "namespace"));
    }
}
