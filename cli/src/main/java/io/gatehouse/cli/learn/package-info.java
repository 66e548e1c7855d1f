// SPDX-License-Identifier: Apache-2.0
/// Recordings of acts at the command line: reading them ([RecordingFiles]), and saying what policies would have denied
/// of them ([PreviewReport]).
package io.gatehouse.cli.learn;
