// SPDX-License-Identifier: Apache-2.0
/// Falco's configuration file as the agent understands it: text in, [AgentSettings] and diagnostics out.
///
/// Main path: [ConfigFiles#load] reads the files, [Variables] puts the environment in, [Merging] makes
/// one tree of them, [Override] sets what the command line sets, [KeyCheck] tells keys nobody knows,
/// [ConfigReader] says what it means. [ConfigKeys] is the table of all keys: what is kept, and what is
/// not and why.
///
/// Only `ConfigFiles` reads files and the environment.
package io.gatehouse.cli.config;
