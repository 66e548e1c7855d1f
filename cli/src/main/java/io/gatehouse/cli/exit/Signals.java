// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.exit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/// Signals that ask a running command for something.
///
/// Java's only way to them is `sun.misc.Signal`, which the compiler warns of whatever is said to it; so it is found by
/// name. It belongs to `jdk.unsupported`, which every JDK has.
public final class Signals {
    private Signals() {}

    /// Does something on a thread of its own whenever a signal comes, in place of what it does by default.
    ///
    /// @param name without `SIG`
    /// @return whether this machine lets us
    public static boolean on(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var ours = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "hashCode" -> {
                                return System.identityHashCode(proxy);
                            }
                            case "equals" -> {
                                return proxy == arguments[0];
                            }
                            default -> {
                                return "handler of SIG" + name;
                            }
                        }
                        return null;
                    });
            var made = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, made, ours);
            return true;
        } catch (InvocationTargetException _) { // the signal is the virtual machine's, as -Xrs makes them
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a JDK without sun.misc.Signal", e);
        }
    }
}
