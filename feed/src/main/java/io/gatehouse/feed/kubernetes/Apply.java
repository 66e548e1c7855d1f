// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/// Server-side apply under our own name, so that whoever else writes an object keeps what is theirs.
public final class Apply {
    /// Fields of ours are ours: a value that somebody put there by hand is put right.
    private static final boolean FORCE = true;

    private Apply() {}

    public static void status(ApiServer server, ResourceDefinitionContext context, GenericKubernetesResource object) {
        resource(server, context, object).subresource("status").patch(patch("gatehouse-status"), object);
    }

    public static void whole(ApiServer server, ResourceDefinitionContext context, GenericKubernetesResource object) {
        resource(server, context, object).patch(patch("gatehouse-scan"), object);
    }

    /// What a node says of itself.
    public static void report(ApiServer server, NodeReport report) {
        resource(server, NodeReport.CONTEXT, report.object()).patch(patch("gatehouse-agent"), report.object());
    }

    private static PatchContext patch(String manager) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(FORCE)
                .build();
    }

    private static io.fabric8.kubernetes.client.dsl.Resource<GenericKubernetesResource> resource(
            ApiServer server, ResourceDefinitionContext context, GenericKubernetesResource object) {
        var all = server.client().genericKubernetesResources(context);
        return context.isNamespaceScoped()
                ? all.inNamespace(object.getMetadata().getNamespace()).resource(object)
                : all.resource(object);
    }
}
