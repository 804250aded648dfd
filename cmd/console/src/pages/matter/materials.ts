// Materials and goods of a matter.
import { request, type Schema } from '@/api/client';
import { useLoad } from '@/load';

export type Material = Schema<'Material'>;
export const useMaterials = (path: string) => useLoad(() => request<Schema<'MaterialList'>>('GET', `${path}/materials`));
export const useItems = (path: string) => useLoad(() => request<Schema<'ItemList'>>('GET', `${path}/items`));
