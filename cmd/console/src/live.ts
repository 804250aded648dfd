// What changes while one looks: server-sent events, one stream a tab. The browser reconnects by itself and says what it
// has seen (Last-Event-ID); `refresh` means that the daemon can't tell what was missed.
import { onUnmounted, reactive } from 'vue';

export interface MatterChanged {
	id: string;
	kind: string;
	unit: string;
	version: number;
}

export const live = reactive({ connected: false });

/** Null: anything may have changed. */
type Listener = (changed: MatterChanged | null) => void;
const listeners = new Set<Listener>();
let source: EventSource | undefined;

const tell = (changed: MatterChanged | null) => listeners.forEach((f) => f(changed));

export function startLive(): void {
	if (source) return;
	source = new EventSource('/api/v1/events');
	source.onopen = () => (live.connected = true);
	source.onerror = () => {
		live.connected = false;
		// Closed for good (signed out, too many streams): try again later, not in a loop.
		if (source?.readyState === EventSource.CLOSED) {
			source = undefined;
			setTimeout(startLive, 15000);
		}
	};
	source.addEventListener('matter', (e) => tell(JSON.parse((e as MessageEvent<string>).data) as MatterChanged));
	source.addEventListener('refresh', () => tell(null));
	source.addEventListener('bye', () => stopLive());
}

export function stopLive(): void {
	source?.close();
	source = undefined;
	live.connected = false;
}

/** While the component lives. Bursts are the caller's to bundle (see `bundled`). */
export function onMatterChange(f: Listener): void {
	listeners.add(f);
	onUnmounted(() => listeners.delete(f));
}

/** At most one call in `ms`, the last one always. */
export function bundled(f: () => void, ms = 800): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	return () => {
		if (timer) return;
		timer = setTimeout(() => {
			timer = undefined;
			f();
		}, ms);
	};
}
