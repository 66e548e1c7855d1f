// SPDX-License-Identifier: Apache-2.0
/// How a command ends: [Exit] is the table of codes, [Refusal] ends one whose user can mend what is wrong,
/// [KernelLacks] one whose machine lacks something. [Signals] ask a command to end, or for something else.
package io.gatehouse.cli.exit;
