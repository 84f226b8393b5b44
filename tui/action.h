/* What the keys do: each file ends with the rows of its keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include "tui/keys.h"

extern const struct keymap action_rack_keys;  /* the rack as a whole, and leaving */
extern const struct keymap action_slot_keys;  /* slots selected, switched and edited */
extern const struct keymap action_store_keys; /* presets and scenes */
extern const struct keymap action_param_keys; /* the parameter under the cursor: for views with a page of them */

#endif
