// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.gatehouse.admission.server.AdmissionOptions.Keeper;
import io.gatehouse.admission.server.CertificateState;
import io.gatehouse.admission.server.CertificateState.Serving;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One authority and one certificate for all replicas of the gate, in a Secret. Every replica
/// serves what stands there; the first one that finds nothing makes it, and from then on the leader
/// alone renews. Of two that write at once the API server takes one, and the other takes what that
/// one wrote.
///
/// The leader also keeps the registration's `caBundle` as the bundle is, so that an authority is
/// trusted long before it signs: [CertificateState] says how one replaces another.
public final class CertificateKeeper implements Keeper {
    private static final int MAX_TRIES = 5;
    private static final int CONFLICT = 409;
    private static final int MISSING = 404;

    /// What is kept where.
    ///
    /// @param secret in the gate's own namespace
    /// @param registration the ValidatingWebhookConfiguration
    /// @param names host names that the API server calls
    public record Options(String secret, String registration, List<String> names) {
        public Options {
            names = List.copyOf(names);
        }
    }

    private final ApiServer server;
    private final Options options;
    private final BooleanSupplier leads;
    private final Consumer<String> notices;
    private String said = "";

    CertificateKeeper(ApiServer server, Options options, BooleanSupplier leads, Consumer<String> notices) {
        this.server = server;
        this.options = options;
        this.leads = leads;
        this.notices = notices;
    }

    @Override
    public Serving current(Instant now) throws IOException {
        try {
            for (int tries = 0; tries < MAX_TRIES; tries++) {
                var there = secret();
                var kept = there.map(CertificateKeeper::texts).orElse(Map.of());
                var good = CertificateState.kept(kept, options.names(), now);
                if (good.isPresent() && !leads.getAsBoolean()) {
                    return good.get();
                }
                var renewal = CertificateState.renewed(kept, options.names(), now);
                if (renewal.kept().equals(kept) || write(there, renewal.kept())) {
                    return renewal.serving();
                }
            }
        } catch (KubernetesClientException e) {
            throw new IOException("the secret " + options.secret() + " cannot be used: " + ApiServer.reason(e), e);
        }
        throw new IOException("the secret " + options.secret() + " is written by many at once");
    }

    /// Has the registration trust what is served, now and later. The leader's thread.
    void publish(Leadership.Term term) {
        try {
            var bundle = secret().map(CertificateKeeper::texts).map(texts -> texts.get("ca.crt"));
            var registration = registrations().withName(options.registration()).get();
            if (bundle.isEmpty() || !term.holds()) {
                return;
            }
            if (registration == null) {
                tell("there is no registration " + options.registration()
                        + " yet; once there is, it is given the bundle");
                return;
            }
            var encoded = Base64.getEncoder().encodeToString(bundle.get().getBytes(StandardCharsets.UTF_8));
            var stale = registration.getWebhooks().stream()
                    .filter(webhook -> webhook.getClientConfig().getService() != null)
                    .filter(webhook -> !encoded.equals(webhook.getClientConfig().getCaBundle()))
                    .map(webhook ->
                            (Object) Map.of("name", webhook.getName(), "clientConfig", Map.of("caBundle", encoded)))
                    .toList();
            if (!stale.isEmpty()) {
                var patch = server.client().getKubernetesSerialization().asJson(Map.of("webhooks", stale));
                registrations()
                        .withName(options.registration())
                        .patch(
                                new PatchContext.Builder()
                                        .withPatchType(PatchType.STRATEGIC_MERGE)
                                        .withFieldManager("gatehouse-certificate")
                                        .build(),
                                patch);
                notices.accept("the registration " + options.registration() + " was given the authorities to trust");
            }
            said = "";
        } catch (KubernetesClientException e) {
            tell("the registration " + options.registration() + " cannot be given the authorities to trust: "
                    + ApiServer.reason(e));
        }
    }

    private void tell(String text) {
        if (!text.equals(said)) {
            said = text;
            notices.accept(text);
        }
    }

    private io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<
                    ValidatingWebhookConfiguration,
                    ?,
                    io.fabric8.kubernetes.client.dsl.Resource<ValidatingWebhookConfiguration>>
            registrations() {
        return server.client().admissionRegistration().v1().validatingWebhookConfigurations();
    }

    private Optional<Secret> secret() {
        return Optional.ofNullable(server.client()
                .secrets()
                .inNamespace(server.namespace())
                .withName(options.secret())
                .get());
    }

    private static Map<String, String> texts(Secret secret) {
        var texts = new HashMap<String, String>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((name, value) ->
                            texts.put(name, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return texts;
    }

    /// False where somebody else wrote meanwhile.
    private boolean write(Optional<Secret> there, Map<String, String> texts) {
        var data = new HashMap<String, String>();
        texts.forEach((name, text) ->
                data.put(name, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        var secrets = server.client().secrets().inNamespace(server.namespace());
        try {
            if (there.isEmpty()) {
                secrets.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withName(options.secret())
                                .withNamespace(server.namespace())
                                .addToLabels("app.kubernetes.io/managed-by", "gatehouse")
                                .endMetadata()
                                .withData(data)
                                .build())
                        .create();
            } else {
                // with the version that was read: the API server refuses it where another has been written since
                secrets.resource(new SecretBuilder(there.get()).withData(data).build())
                        .update();
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT || e.getCode() == MISSING) {
                return false;
            }
            throw e;
        }
    }
}
