// SPDX-License-Identifier: Apache-2.0
/// The `gatehouse` command: one class a subcommand, each thin. What a command does lives in the module that does it.
///
/// A command returns an [Exit] or throws a [Refusal]; nothing else decides the exit code.
package io.gatehouse.cli;
