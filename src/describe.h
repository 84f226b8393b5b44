/* What the forms of `lacquer describe` share: the whole table of modules for people, as JSON, as a manual page. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_DESCRIBE_H
#define SRC_DESCRIBE_H

#include "rack/module.h"

/* module NULL: all, with what every slot and the rack have, and the OSC map. */
void describe_text(const struct module *);
void describe_json(const struct module *);
void describe_man(void);
void describe_markdown(const struct module *);

#endif
