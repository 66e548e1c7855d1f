// SPDX-License-Identifier: Apache-2.0
/// What `gatehouse agent` is told of detection, and what it needs of its process: [DetectionOptions] makes settings of
/// the command line and Falco's configuration, [DryRun] prints them, [PidFile] is the process's.
package io.gatehouse.cli.agent;
