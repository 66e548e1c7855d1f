// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import java.util.List;
import java.util.Optional;

/// Where the users and groups of a machine or a container are looked up when one of them is first asked for.
public interface AccountSource {
    /// All that are there; what is wrong in a file is left out.
    record Book(List<User> users, List<Group> groups) {
        public Book {
            users = List.copyOf(users);
            groups = List.copyOf(groups);
        }
    }

    /// Must not take long: it is asked between two events.
    ///
    /// @param container its id, empty for the host
    /// @param task one that is in it
    /// @return empty while that cannot be told: then it is asked again for another task, or another account
    Optional<Book> read(String container, Task task);
}
