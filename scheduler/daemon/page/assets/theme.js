// SPDX-License-Identifier: Apache-2.0
// Before anything is painted: the colours that were chosen here, else those of the system.
'use strict';
{
  const chosen = () => {
    try {
      return localStorage.getItem('muster-theme') || '';
    } catch {
      return '';
    }
  };
  const theme = chosen();
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
