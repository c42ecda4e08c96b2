import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client';
import '@shikijs/vitepress-twoslash/style.css';
import { type EnhanceAppContext, useData } from 'vitepress';
import Theme from 'vitepress/theme';
import { nextTick, onMounted, watch } from 'vue';
import Live from './Live.vue';
// Behind the theme, whose variables it changes.
import './style.css';

export default {
  extends: Theme,
  enhanceApp({ app }: EnhanceAppContext) {
    app.use(TwoslashFloatingVue);
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
    onMounted(markMain);
    watch(frontmatter, () => nextTick(markMain));
  },
};
