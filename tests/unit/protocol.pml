/* The protocol between control and audio thread for Spin: transactions on the command ring, chains there and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is modelled: rack/base/ring.c (indices, staged and published), rack/control/control_send.c (a flush: BEGIN, two values that belong together,
 * perhaps a chain; at most OUT chains under way) and rack/audio/engine.c (drain, now/next/queued, the return ring). Spin's memory is
 * sequentially consistent: orders of atomics are the thread sanitizer's business (tests/unit/test_ring_order.sh). Each mutant below is
 * a mistake that must be found. */

#ifndef ROUNDS
#define ROUNDS 6
#endif
#define CELLS 8       /* of the command ring */
#define OUT 3         /* COMMAND_CHAINS_MAX */
#define RETURNS 4     /* of the return ring: room for every chain under way */
#define N_CHAINS 6    /* memory for them: the running one, those under way, one spare */
#define NONE 255

mtype = { FREE, SENT, PLAYED, BACK };
mtype owner[N_CHAINS] = FREE;

byte cells[CELLS], returns[RETURNS];
byte written, taken;            /* free-running, published */
byte back_written, back_taken;
byte out;                       /* chains under way: control's own count */
byte model, heard;              /* the last value set, and heard by the audio thread */
bool finished, quiet;

/* A command is its value; 100 + n is chain n. A transaction is BEGIN with the number of commands behind it. */
#define BEGIN 200
#define CHAIN 100

inline alloc(c) {
	c = 0;
	do
	:: c < N_CHAINS && owner[c] != FREE -> c++
	:: else -> break
	od;
	assert(c < N_CHAINS);
	owner[c] = SENT
}

inline take_back() {
	do
	:: back_taken != back_written ->
		assert(owner[returns[back_taken % RETURNS]] == BACK);
		owner[returns[back_taken % RETURNS]] = FREE;
		back_taken++;
		out--
	:: else -> break
	od
}

/* Stages first, publishes by one store. */
inline flush(with_chain) {
	byte at = written, c = NONE;
	cells[at % CELLS] = BEGIN + 2 + with_chain;
	at++;
#ifdef TORN
	written = at;
#endif
	cells[at % CELLS] = model;
	at++;
#ifdef TORN
	written = at;
#endif
	cells[at % CELLS] = model;
	at++;
	if
	:: with_chain ->
		alloc(c);
		out++;
		cells[at % CELLS] = CHAIN + c;
		at++
	:: else
	fi;
	written = at
}

proctype control() {
	byte round;
	bool dirty, with_chain;
	for (round : 1 .. ROUNDS) {
		model = round;
		dirty = true;
		if
		:: with_chain = true
		:: skip
		fi;
		take_back();
		/* A full ring delays; the next flush carries the newest value. */
		if
#ifdef NO_LIMIT
		:: dirty && CELLS - (written - taken) >= 3 + with_chain ->
#else
		:: dirty && CELLS - (written - taken) >= 3 + with_chain && (!with_chain || out < OUT) ->
#endif
			flush(with_chain);
			dirty = false;
			with_chain = false
		:: else
		fi
	}
	/* Ticks until everything is sent. */
	do
	:: dirty && CELLS - (written - taken) >= 3 + with_chain && (!with_chain || out < OUT) ->
		flush(with_chain);
		dirty = false
	:: dirty && back_taken != back_written -> take_back()
	:: !dirty -> break
	od;
	finished = true;
	quiet;
	take_back();
	/* One plays, none is lost. */
	byte i, free;
	for (i : 0 .. N_CHAINS - 1) {
		assert(owner[i] == FREE || owner[i] == PLAYED);
		free = free + (owner[i] == FREE)
	}
	assert(free == N_CHAINS - 1);
	assert(out == 0);
	assert(heard == model)
}

inline give_back(c) {
	assert(back_written - back_taken < RETURNS);
	returns[back_written % RETURNS] = c;
#ifdef EARLY_RETURN
	back_written++;
	assert(owner[c] == PLAYED);
	owner[c] = BACK
#else
	assert(owner[c] == PLAYED);
	owner[c] = BACK;
	back_written++
#endif
}

inline change(c) {
	assert(owner[c] == SENT);
	owner[c] = PLAYED;
	if
	:: next == NONE -> next = c
	:: else ->
		if
		:: queued != NONE ->
#ifdef LEAK
			skip
#else
			give_back(queued)
#endif
		:: else
		fi;
		queued = c
	fi
}

inline apply(command, first) {
	if
	:: command >= CHAIN -> change(command - CHAIN)
	:: else ->
		/* The two values of a transaction are the same. */
		assert(first == NONE || first == command);
		first = command;
		heard = command
	fi
}

proctype audio(byte now) {
	byte next = NONE, queued = NONE, n, first, command;
	bool last;
	do
	:: last && written == taken && next == NONE -> break
	:: else ->
		last = finished;
		/* A block: drain whole transactions ... */
		do
		:: written != taken ->
			n = cells[taken % CELLS] - BEGIN;
			assert(n == 2 || n == 3); /* something else: not a whole transaction */
			assert(written - taken >= n + 1);
			first = NONE;
#ifdef EARLY_DROP
			taken = taken + n + 1;
			command = cells[(taken - n) % CELLS]; apply(command, first);
			command = cells[(taken - n + 1) % CELLS]; apply(command, first);
			if
			:: n == 3 -> command = cells[(taken - 1) % CELLS]; apply(command, first)
			:: else
			fi
#else
			command = cells[(taken + 1) % CELLS]; apply(command, first);
			command = cells[(taken + 2) % CELLS]; apply(command, first);
			if
			:: n == 3 -> command = cells[(taken + 3) % CELLS]; apply(command, first)
			:: else
			fi;
			taken = taken + n + 1
#endif
		:: else -> break
		od;
		/* ... play ... */
		assert(owner[now] == PLAYED);
		assert(next == NONE || owner[next] == PLAYED);
		/* ... and perhaps the fade is over. */
		if
		:: next != NONE ->
			give_back(now);
			now = next;
			next = queued;
			queued = NONE
		:: skip
		fi
	od;
	quiet = true
}

init {
	atomic {
		owner[0] = PLAYED;
		run control();
		run audio(0)
	}
}
