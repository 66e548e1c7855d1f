// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.act;

import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What of a container decides which policies concern it and what their paths mean in it.
///
/// @param labels of its pod; absent where they are not known
/// @param overlay whether its root file system is an overlay of its own; on another one only programs are judged
/// @param mounts as its runtime set them up
/// @param links symbolic links of the image among the directories in which paths of policies usually begin: where a
///     link stands, and what it says
/// @param same files of the image that have several names, each group in order
/// @param absent of the paths whose reading is told, those that it does not have
public record RecordedContainer(
        ContainerFacts facts,
        Optional<PodFacts> pod,
        Optional<Map<String, String>> labels,
        boolean overlay,
        List<RecordedMount> mounts,
        Map<String, String> links,
        List<List<String>> same,
        List<String> absent) {
    public RecordedContainer {
        labels = labels.map(known -> java.util.Collections.unmodifiableMap(new TreeMap<>(known)));
        mounts = List.copyOf(mounts);
        links = java.util.Collections.unmodifiableMap(new TreeMap<>(links));
        absent = List.copyOf(absent);
        same = same.stream().map(List::copyOf).toList();
    }

    /// @param path in the container
    public record RecordedMount(String path, String type, boolean writable) {}
}
