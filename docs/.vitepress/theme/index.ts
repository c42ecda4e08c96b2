import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client';
import '@shikijs/vitepress-twoslash/style.css';
import './style.css';
import type { EnhanceAppContext } from 'vitepress';
import Theme from 'vitepress/theme';
import Live from './Live.vue';

export default {
  extends: Theme,
  enhanceApp({ app }: EnhanceAppContext) {
    app.use(TwoslashFloatingVue);
    app.component('Live', Live);
  },
};
