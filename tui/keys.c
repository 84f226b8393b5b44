/* The keys: one table that the loop looks up, the help shows and the tests read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"

#include <curses.h>

#define CTRL(LETTER) ((LETTER)&0x1f)

const struct key keys[] = {
	{ { '?', KEY_F(1) }, "? F1", "help", "this help", COMMAND_HELP, 0 },
	{ { 'q', KEY_F(10), CTRL('C') }, "q F10 ^C", "quit", "quit: asks whether to stop the rack", COMMAND_QUIT, 0 },
	{ { 'b' }, "b", "bypass", "bypass the whole rack", COMMAND_BYPASS, 0 },
	{ { KEY_UP, 'k' }, "Up k", NULL, "previous parameter", COMMAND_LINE, -1 },
	{ { KEY_DOWN, 'j' }, "Down j", NULL, "next parameter", COMMAND_LINE, 1 },
	{ { KEY_LEFT, 'h' }, "Left h", NULL, "a step down; in a table, the cell to the left", COMMAND_SIDE, -1 },
	{ { KEY_RIGHT, 'l' }, "Right l", NULL, "a step up; in a table, the cell to the right", COMMAND_SIDE, 1 },
	{ { '\t', ']' }, "Tab ]", "slot", "next slot", COMMAND_SLOT, 1 },
	{ { KEY_BTAB, '[' }, "S-Tab [", NULL, "previous slot", COMMAND_SLOT, -1 },
	{ { '+', '=' }, "+ =", NULL, "a step up", COMMAND_STEP, 1 },
	{ { '-', '_' }, "- _", NULL, "a step down", COMMAND_STEP, -1 },
	{ { KEY_PPAGE }, "PgUp", NULL, "ten steps up", COMMAND_STEP, 10 },
	{ { KEY_NPAGE }, "PgDn", NULL, "ten steps down", COMMAND_STEP, -10 },
	{ { '.', KEY_SRIGHT }, ". S-Right", NULL, "a tenth of a step up", COMMAND_STEP, 0.1f },
	{ { ',', KEY_SLEFT }, ", S-Left", NULL, "a tenth of a step down", COMMAND_STEP, -0.1f },
	{ { KEY_HOME }, "Home", NULL, "lowest value", COMMAND_MIN, 0 },
	{ { KEY_END }, "End", NULL, "highest value", COMMAND_MAX, 0 },
	{ { 'd', KEY_BACKSPACE, 0x7f }, "d Bksp", NULL, "default value", COMMAND_DEFAULT, 0 },
	{ { '\r', '\n', KEY_ENTER }, "Enter", "type", "type a value, with or without its unit; choose", COMMAND_TYPE,
		0 },
	{ { ' ' }, "Space", NULL, "switch on or off; next choice", COMMAND_TOGGLE, 0 },
	{ { 'M' }, "M", NULL, "match: the louder of rack and bypass is turned down", COMMAND_MATCH, 0 },
	{ { 'B', 'x' }, "B x", NULL, "bypass this slot", COMMAND_SLOT_BYPASS, 0 },
	{ { 'a' }, "a", NULL, "solo: hear this slot alone", COMMAND_SOLO, 0 },
	{ { 'c' }, "c", NULL, "delta: hear only what this slot changes", COMMAND_DELTA, 0 },
	{ { '<' }, "<", NULL, "move this slot towards the input", COMMAND_MOVE, -1 },
	{ { '>' }, ">", NULL, "move this slot towards the output", COMMAND_MOVE, 1 },
	{ { 'i', KEY_IC }, "i Ins", "insert", "insert a module behind this slot", COMMAND_INSERT, 0 },
	{ { 'r' }, "r", NULL, "replace this slot's module", COMMAND_REPLACE, 0 },
	{ { 'D', KEY_DC }, "D Del", NULL, "remove this slot (asks first)", COMMAND_REMOVE, 0 },
	{ { 'u' }, "u", "undo", "undo", COMMAND_UNDO, 0 },
	{ { 'U', CTRL('R') }, "U ^R", NULL, "redo", COMMAND_REDO, 0 },
	{ { '1' }, "1", NULL, "compare: hear side a", COMMAND_SIDE_ABCD, 'a' },
	{ { '2' }, "2", NULL, "compare: hear side b", COMMAND_SIDE_ABCD, 'b' },
	{ { '3' }, "3", NULL, "compare: hear side c", COMMAND_SIDE_ABCD, 'c' },
	{ { '4' }, "4", NULL, "compare: hear side d", COMMAND_SIDE_ABCD, 'd' },
	{ { 'w' }, "w", NULL, "store all settings as a scene", COMMAND_STORE, 0 },
	{ { 'e' }, "e", NULL, "recall a scene, gliding to it in two seconds", COMMAND_RECALL, 0 },
	{ { 'p' }, "p", "presets", "load a preset", COMMAND_PRESETS, 0 },
	{ { 's' }, "s", NULL, "save as a preset", COMMAND_SAVE, 0 },
	{ { 'E' }, "E", NULL, "delete a scene (asks first)", COMMAND_DELETE_SCENE, 0 },
	{ { 'P' }, "P", NULL, "delete a saved preset (asks first)", COMMAND_DELETE_PRESET, 0 },
	{ { 't' }, "t", NULL, "give the rack a title", COMMAND_TITLE, 0 },
	{ { 'L' }, "L", NULL, "lock: scenes and presets leave the parameter alone", COMMAND_LOCK, 0 },
	{ { 'R' }, "R", NULL, "reset the loudness and the held peaks", COMMAND_RESET, 0 },
	{ { 'g' }, "g", NULL, "show or hide the response curve of an equaliser", COMMAND_CURVE, 0 },
	{ { CTRL('L') }, "^L", NULL, "draw the screen anew", COMMAND_REDRAW, 0 },
};
const size_t n_keys = sizeof keys / sizeof keys[0];

const struct key *keys_find(int code)
{
	for (size_t i = 0; code > 0 && i < n_keys; i++)
		for (int c = 0; c < KEY_CODES_MAX; c++)
			if (keys[i].codes[c] == code)
				return &keys[i];
	return NULL;
}
