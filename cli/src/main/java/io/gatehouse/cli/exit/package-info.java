// SPDX-License-Identifier: Apache-2.0
/// How a command ends: [Exit] is the table of codes, [Refusal] ends one whose user can mend what is wrong.
package io.gatehouse.cli.exit;
