/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Descriptor watches and signals as events.
 *
 * A watch is one libevent event whose mask changes; freeing it from its own callback is
 * safe because libevent has already left the event's storage when it calls back, and the
 * watch's own storage goes to the graveyard.
 */
#include "loop/loop_internal.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOP_IO_MAGIC 0x10f1dea0u

struct loop_io {
	unsigned magic;
	struct loop *loop;
	const char *name;
	int fd;
	unsigned want;
	struct event *event; /* NULL while nothing is wanted */
	loop_io_fn *fn;
	void *arg;
};

static void on_event(evutil_socket_t fd UNUSED, short what, void *arg)
{
	struct loop_io *io = arg;
	unsigned ready = 0;

	CHECK(io->magic == LOOP_IO_MAGIC);
	if (what & EV_READ)
		ready |= LOOP_READ;
	if (what & EV_WRITE)
		ready |= LOOP_WRITE;
	loop_mark(io->loop, io->name);
	io->fn(io->arg, ready);
}

struct loop_io *loop_io_new(struct loop *loop, const char *name, int fd, loop_io_fn *fn,
			    void *arg)
{
	struct loop_io *io = xcalloc(1, sizeof(*io));

	CHECK(loop->magic == LOOP_MAGIC && fd >= 0);
	*io = (struct loop_io){
		.magic = LOOP_IO_MAGIC,
		.loop = loop,
		.name = name,
		.fd = fd,
		.fn = fn,
		.arg = arg,
	};
	return io;
}

static void drop_event(struct loop_io *io)
{
	if (!io->event)
		return;
	event_free(io->event);
	io->event = NULL;
}

void loop_io_want(struct loop_io *io, unsigned events)
{
	short what = EV_PERSIST;

	CHECK(io->magic == LOOP_IO_MAGIC);
	if (events == io->want)
		return;
	io->want = events;
	drop_event(io);
	if (events == 0)
		return;
	if (events & LOOP_READ)
		what |= EV_READ;
	if (events & LOOP_WRITE)
		what |= EV_WRITE;
	io->event = event_new(io->loop->base, io->fd, what, on_event, io);
	if (!io->event || event_add(io->event, NULL) != 0)
		BUG("could not watch descriptor %d", io->fd);
}

void loop_io_free(struct loop_io *io)
{
	if (!io)
		return;
	CHECK(io->magic == LOOP_IO_MAGIC);
	drop_event(io);
	io->magic = 0;
	free(io);
}

/* --- signals --------------------------------------------------------------- */

static void on_signal_fd(void *arg, unsigned ready UNUSED)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;

	/* One signal per event: the function may stop the loop or free things. */
	if (read(loop->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	loop->signal_fn(loop->signal_arg, (int)info.ssi_signo);
}

void loop_on_signals(struct loop *loop, const int *signals, loop_signal_fn *fn, void *arg)
{
	sigset_t set;

	CHECK(loop->signal_fd < 0);
	sigemptyset(&set);
	for (; *signals != 0; signals++)
		sigaddset(&set, *signals);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		BUG("could not block signals");
	loop->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd < 0)
		BUG("could not make a signalfd: %s", strerror(errno));
	loop->signal_fn = fn;
	loop->signal_arg = arg;
	loop->signal_io = loop_io_new(loop, "signal", loop->signal_fd, on_signal_fd, loop);
	loop_io_want(loop->signal_io, LOOP_READ);
}
