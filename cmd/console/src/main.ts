import 'element-plus/es/components/message/style/css';
import 'element-plus/es/components/notification/style/css';
import '@/styles/base.css';
import '@/styles/print.css';
import { createApp } from 'vue';
import App from '@/App.vue';
import { router } from '@/router';

createApp(App).use(router).mount('#app');
