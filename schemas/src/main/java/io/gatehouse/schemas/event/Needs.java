// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.event;

import io.gatehouse.schemas.event.Call.Options;
import io.gatehouse.schemas.event.Call.Sieve;
import java.util.Arrays;
import java.util.List;

/// What the kernel has to tell of a call, worked out from where the parameters of its event come from.
final class Needs {
    private static final int IF_RELATIVE = 1;
    private static final int ALWAYS = 2;

    private final String call;
    private final Capture[] captures = new Capture[Call.ARGUMENTS];
    private final int[] lengths = new int[Call.ARGUMENTS];
    private final Options options;
    private int files;
    private int cwd;
    private int openFlagsArgument = -1;

    Needs(String call, List<Source> params, Options options) {
        this.call = call;
        this.options = options;
        Arrays.fill(captures, Capture.NOTHING);
        if (options.alwaysCwd()) {
            cwd = ALWAYS;
        }
        params.forEach(this::add);
    }

    private void add(Source source) {
        int argument = source.argument();
        switch (source.from()) {
            case FD, DEVICE, INODE, LAYER, FILE_PATH -> describe(argument);
            case TEXT, PRCTL_TEXT, FSCONFIG_TEXT -> capture(argument, Capture.STRING, 0);
            case PATH, ASKED -> {
                capture(argument, Capture.STRING, 0);
                cwd = Math.max(cwd, IF_RELATIVE);
            }
            case OPENED -> {
                describe(Source.RESULT);
                openFlagsArgument = argument;
                if (!source.word().isRegister()) {
                    fixed(argument, source.word().end());
                }
            }
            case DATA -> capture(argument, Capture.BYTES, source.length());
            case OPTION_VALUE -> capture(argument, Capture.BYTES, source.length());
            case VECTOR -> capture(argument, Capture.VECTOR, source.length());
            case MESSAGE -> capture(argument, Capture.MESSAGE, Math.max(source.length(), 0));
            case ADDRESS -> capture(argument, Capture.ADDRESS, source.length());
            case OUTBOUND, INBOUND -> {
                describe(argument);
                if (source.address() >= 0 && source.length() >= 0) {
                    capture(source.address(), Capture.ADDRESS, source.length());
                }
            }
            case FIRST_WORD, OTHER_WORDS, ENVIRONMENT -> {
                if (argument >= 0) {
                    capture(argument, Capture.ARGV, 0);
                }
            }
            case POLLED -> fixed(argument, source.word().end());
            case KEY -> {
                if (source.bit() != 0) {
                    capture(argument, Capture.STRING, 0);
                }
            }
            case TIME, QUOTA_PATH, QUOTA_FORMAT_OUT ->
                fixed(argument, source.word().end());
            default -> {
                if (source.from().form() == Source.Form.NUMBER && !source.word().isRegister()) {
                    fixed(argument, source.word().end());
                }
            }
        }
    }

    private void describe(int argument) {
        files |= 1 << argument;
    }

    private void capture(int argument, Capture capture, int length) {
        if (captures[argument] != Capture.NOTHING && (captures[argument] != capture || lengths[argument] != length)) {
            throw new IllegalStateException(call + " takes argument " + argument + " in two ways");
        }
        captures[argument] = capture;
        lengths[argument] = length;
    }

    private void fixed(int argument, int bytes) {
        if (bytes > Capture.MOST_FIXED) {
            throw new IllegalStateException(call + " takes " + bytes + " bytes of argument " + argument);
        }
        if (captures[argument] != Capture.NOTHING && captures[argument] != Capture.FIXED) {
            throw new IllegalStateException(call + " takes argument " + argument + " in two ways");
        }
        captures[argument] = Capture.FIXED;
        lengths[argument] = Math.max(lengths[argument], Capture.FIXED_LENGTH + bytes);
    }

    List<Capture> captures() {
        return List.of(captures);
    }

    int length(int argument) {
        return lengths[argument];
    }

    int files() {
        return files;
    }

    int cwd() {
        return cwd;
    }

    int openFlagsArgument() {
        return openFlagsArgument;
    }

    Sieve sieve() {
        return options.sieve();
    }

    int sieveArgument() {
        return options.sieveArgument();
    }
}
