// SPDX-License-Identifier: Apache-2.0
// Numbers, amounts and times for people. Pure.

const NAMES = {cpu: 'CPU', memory: 'Memory', 'nvidia.com/gpu': 'GPU', pods: 'Pods'};
const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

export function bytes(value) {
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return short(value) + UNITS[unit];
}

// At most three digits that count.
export function short(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return String(Math.round(value * 10) / 10);
  return String(Math.round(value * 100) / 100);
}

export const count = (value) => value.toLocaleString('en');
export const inBytes = (resource) => resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages');
export const amount = (resource, value) => (inBytes(resource) ? bytes(value) : short(value));
export const percent = (part) => `${short(Math.round(part * 1000) / 10)} %`;
export const resourceName = (resource) => (NAMES[resource] || resource);

// "45 s", "3 m 20 s", "2 h 05 m", "3 d 4 h".
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} m`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
export const dateTime = (ms) => new Date(ms).toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'medium'});

// "1.5s" of protobuf's JSON, in seconds.
export const seconds = (text) => (text ? Number.parseFloat(text) : 0);

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
