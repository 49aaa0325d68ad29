import { fromJsonForm } from '../../values/json-form.js';
import type { CallListener } from '../call.js';
import type { RpcNotification } from '../json-rpc.js';
import type { NewsListener } from './requester.js';

type News = Readonly<Record<string, never>>;

/** Tells what a kernel has to say beside its answers. What is not known is of a later version, and is passed over. */
export function tell(notification: RpcNotification, listener?: CallListener, general?: NewsListener): void {
  const news = fromJsonForm(notification.params ?? {}) as News;
  switch (notification.method) {
    case 'notifications/progress':
      listener?.progress?.({
        done: news['progress'] as never,
        ...optional(news, 'total'),
        ...optional(news, 'message'),
      });
      break;
    case 'notifications/part':
      void listener?.part?.(news['value']);
      break;
    case 'notifications/output':
      listener?.output?.(news['text'] as never, news['stream'] as never);
      break;
    case 'notifications/event':
      general?.event(news['topic'] as never, news['data']);
      break;
    case 'notifications/message':
      general?.log(news['level'] as never, news['logger'] as never, news['data']);
  }
}

function optional(news: News, key: string): object {
  return news[key] === undefined ? {} : { [key]: news[key] };
}
