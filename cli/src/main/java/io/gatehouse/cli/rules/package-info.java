// SPDX-License-Identifier: Apache-2.0
/// `gatehouse rules` and what every command that takes rules files shares: [RuleOptions] on the command line,
/// [RuleFiles] to read and compile them.
package io.gatehouse.cli.rules;
