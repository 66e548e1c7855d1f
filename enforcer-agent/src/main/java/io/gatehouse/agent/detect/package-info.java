// SPDX-License-Identifier: Apache-2.0
/// From a record of the kernel to an alert: [EventDecoder] reads the bytes, [AlertWriter] says whose policy was
/// breached and what the verdict was worth. Runs on the ring thread.
package io.gatehouse.agent.detect;
