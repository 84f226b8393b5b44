/* Pictures of what a module does, in characters, on stdout: its response, and its static curve. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PICTURE_H
#define SRC_PICTURE_H

enum { PICTURE_COLUMNS = 61 };

/* Frequency in Hz of a response's column, and level in dBFS of a curve's. */
double picture_freq(int column);
double picture_level(int column);

/* Gains in dB, 20 Hz to 20 kHz. */
void picture_response(const double db[PICTURE_COLUMNS]);

/* Levels at the output in dBFS for those of the columns; dots where the output would be the input. */
void picture_curve(const double level[PICTURE_COLUMNS]);

#endif
