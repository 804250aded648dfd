// What waits for my role: requests to approve or endorse, and what my office decides itself (legal review, secrecy review).
import { request, type Schema } from '@/api/client';

export type Row = Schema<'MatterRow'>;
export type Page = Schema<'MatterPage'>;

export const loadWaiting = (cursor?: string) => request<Page>('GET', `/api/v1/queue?view=approve&limit=50${cursor ? `&after=${encodeURIComponent(cursor)}` : ''}`);
