import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client';
import '@shikijs/vitepress-twoslash/style.css';
import { type EnhanceAppContext, useData } from 'vitepress';
import Theme from 'vitepress/theme';
import { nextTick, onMounted, watch } from 'vue';
import Live from './Live.vue';
import { reachTypes } from './types-by-keyboard';
// Behind the theme, whose variables it changes.
import './style.css';

export default {
  extends: Theme,
  enhanceApp({ app }: EnhanceAppContext) {
    app.use(TwoslashFloatingVue, {
      // Types belong to the page's main part, where screen readers look for them.
      container: 'main',
      theme: {
        twoslash: {
          $extend: 'dropdown',
          triggers: ['hover', 'focus', 'touch'],
          popperTriggers: ['hover', 'touch'],
          placement: 'bottom-start',
          overflowPadding: 10,
          delay: 0,
          handleResize: false,
          autoHide: true,
          instantMove: true,
          flip: false,
          arrowPadding: 8,
          autoBoundaryMaxSize: true,
          // The name keeps the focus: arrows go on from it.
          noAutoFocus: true,
        },
      },
    });
    app.component('Live', Live);
  },
  setup() {
    const { frontmatter } = useData();
    /** The theme gives every page but the first one its main part. */
    const markMain = (): void => {
      const content = document.getElementById('VPContent');
      if (frontmatter.value.layout === 'home') content?.setAttribute('role', 'main');
      else content?.removeAttribute('role');
    };
    const whenShown = (): void => {
      markMain();
      reachTypes();
    };
    onMounted(whenShown);
    watch(frontmatter, () => nextTick(whenShown));
  },
};
