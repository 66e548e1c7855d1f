// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gatehouse.admission.doctor.ClusterObjects;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.feed.kubernetes.ApiServer;
import io.gatehouse.schemas.policy.PolicyResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Reads from a cluster what the doctor looks at. What may not be read is left unexamined.
public final class ClusterDump {
    private static final String ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";

    private ClusterDump() {}

    /// @param namespace of the gate
    /// @throws IOException the API server does not answer
    public static ClusterObjects read(ApiServer server, String namespace) throws IOException {
        var paths = new LinkedHashMap<String, String>();
        paths.put("ValidatingWebhookConfiguration", ADMISSION + "validatingwebhookconfigurations");
        paths.put("MutatingWebhookConfiguration", ADMISSION + "mutatingwebhookconfigurations");
        paths.put("ValidatingAdmissionPolicy", ADMISSION + "validatingadmissionpolicies");
        paths.put("ValidatingAdmissionPolicyBinding", ADMISSION + "validatingadmissionpolicybindings");
        paths.put("CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
        paths.put("Namespace", "/api/v1/namespaces");
        paths.put("Service", "/api/v1/namespaces/" + namespace + "/services");
        paths.put("Secret", "/api/v1/namespaces/" + namespace + "/secrets");
        paths.put("ClusterRole", RBAC + "clusterroles");
        paths.put("ClusterRoleBinding", RBAC + "clusterrolebindings");
        paths.put("Role", RBAC + "namespaces/" + namespace + "/roles");
        paths.put("RoleBinding", RBAC + "namespaces/" + namespace + "/rolebindings");
        var policies = PolicyResource.CLUSTER_WORKLOAD_POLICY;
        paths.put(
                policies.kind(),
                "/apis/" + PolicyResource.GROUP + "/" + PolicyResource.VERSION + "/" + policies.plural());
        var texts = new ArrayList<SourceText>();
        var examined = new TreeSet<String>();
        for (var path : paths.entrySet()) {
            try {
                texts.addAll(objects(server, path.getKey(), path.getValue()));
                examined.add(path.getKey());
            } catch (KubernetesClientException e) {
                if (!ApiServer.answered(e)) {
                    throw new IOException(server.address() + " does not answer: " + ApiServer.reason(e), e);
                }
            }
        }
        return ClusterObjects.read(texts).examined(examined);
    }

    /// One text an object, in YAML, so that a place in it is a line that `kubectl get -o yaml` shows too.
    private static List<SourceText> objects(ApiServer server, String kind, String path) {
        var serialization = server.client().getKubernetesSerialization();
        var texts = new ArrayList<SourceText>();
        var body = server.client().raw(path);
        if (body == null) {
            throw new KubernetesClientException("no such resource", 404, null);
        }
        if (serialization.unmarshal(body, Map.class).get("items") instanceof List<?> items) {
            for (var item : items) {
                if (item instanceof Map<?, ?> object) {
                    var whole = new LinkedHashMap<String, Object>();
                    whole.put("apiVersion", version(path));
                    whole.put("kind", kind);
                    object.forEach((key, value) -> whole.put(key.toString(), value));
                    texts.add(new SourceText(kind + " " + name(object), serialization.asYaml(whole)));
                }
            }
        }
        return texts;
    }

    private static String version(String path) {
        var parts = path.split("/");
        return parts[1].equals("api") ? parts[2] : parts[2] + "/" + parts[3];
    }

    private static Object name(Map<?, ?> object) {
        if (object.get("metadata") instanceof Map<?, ?> metadata) {
            metadata.remove("managedFields"); // who wrote which field is no part of what is in force
            return metadata.get("name");
        }
        return "";
    }
}
