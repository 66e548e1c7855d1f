// SPDX-License-Identifier: Apache-2.0
/// Recorded events brought back to life: [CaptureScenes] reads a capture, follows the machine, and shows each event as
/// the [io.gatehouse.events.state.Scene] it was part of.
package io.gatehouse.events.replay;
