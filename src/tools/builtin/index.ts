import type { Tool } from '../tool.js';
import { convert } from './data/convert.js';
import { csvParse } from './data/csv-parse.js';
import { csvWrite } from './data/csv-write.js';
import { graph } from './data/graph.js';
import { jsonQuery } from './data/json-query.js';
import { jsonValidate } from './data/json-validate.js';
import { sqlExecute } from './database/sql-execute.js';
import { sqlMysql } from './database/sql-mysql.js';
import { sqlPostgres } from './database/sql-postgres.js';
import { sqlQuery } from './database/sql-query.js';
import { pdfText } from './documents/pdf-text.js';
import { base64 } from './encoding/base64.js';
import { hash } from './encoding/hash.js';
import { uuid } from './encoding/uuid.js';
import { archiveCreate } from './files/archive-create.js';
import { archiveExtract } from './files/archive-extract.js';
import { archiveList } from './files/archive-list.js';
import { directoryCreate } from './files/directory-create.js';
import { fileConvert } from './files/file-convert.js';
import { fileCopy } from './files/file-copy.js';
import { fileHash } from './files/file-hash.js';
import { fileList } from './files/file-list.js';
import { fileMove } from './files/file-move.js';
import { fileRead } from './files/file-read.js';
import { fileRemove } from './files/file-remove.js';
import { fileSearch } from './files/file-search.js';
import { fileStat } from './files/file-stat.js';
import { fileWatch } from './files/file-watch.js';
import { fileWrite } from './files/file-write.js';
import { calculator } from './math/calculator.js';
import { audioInfo } from './media/audio-info.js';
import { imageConvert } from './media/image-convert.js';
import { imageCrop } from './media/image-crop.js';
import { imageInfo } from './media/image-info.js';
import { imageResize } from './media/image-resize.js';
import { imageRotate } from './media/image-rotate.js';
import { imageThumbnail } from './media/image-thumbnail.js';
import { videoInfo } from './media/video-info.js';
import { dnsLookup } from './network/dns-lookup.js';
import { emailSend } from './network/email-send.js';
import { graphql } from './network/graphql.js';
import { httpRequest } from './network/http-request.js';
import { webhookSend } from './network/webhook-send.js';
import { webhookVerify } from './network/webhook-verify.js';
import { scriptRun } from './scripts/script-run.js';
import { environment } from './system/environment.js';
import { processRun } from './system/process-run.js';
import { serviceCheck } from './system/service-check.js';
import { systemMonitor } from './system/system-monitor.js';
import { citation } from './text/citation.js';
import { diff } from './text/diff.js';
import { regex } from './text/regex.js';
import { template } from './text/template.js';
import { text } from './text/text.js';
import { validator } from './text/validator.js';
import { datetime } from './time/datetime.js';
import { apiTest } from './web/api-test.js';
import { linkCheck } from './web/link-check.js';
import { pageMonitor } from './web/page-monitor.js';
import { pageScrape } from './web/page-scrape.js';
import { sitemapRead } from './web/sitemap-read.js';
import { sitemapWrite } from './web/sitemap-write.js';
import { urlAnalyze } from './web/url-analyze.js';
import { webSearch } from './web/web-search.js';

/**
 * The tools that come with stint. They are descriptions: what a tool works with is loaded by its first call.
 *
 * @example
 * ```ts
 * const tools = new ToolRegistry({ tools: builtinTools() });
 * await tools.call('calculator', { expression: '6 * 7' }); // { result: 42 }
 * ```
 */
export function builtinTools(): Tool[] {
  return [
    apiTest,
    archiveCreate,
    archiveExtract,
    archiveList,
    audioInfo,
    base64,
    calculator,
    citation,
    convert,
    csvParse,
    csvWrite,
    datetime,
    diff,
    directoryCreate,
    dnsLookup,
    emailSend,
    environment,
    fileConvert,
    fileCopy,
    fileHash,
    fileList,
    fileMove,
    fileRead,
    fileRemove,
    fileSearch,
    fileStat,
    fileWatch,
    fileWrite,
    graph,
    graphql,
    hash,
    httpRequest,
    imageConvert,
    imageCrop,
    imageInfo,
    imageResize,
    imageRotate,
    imageThumbnail,
    jsonQuery,
    jsonValidate,
    linkCheck,
    pageMonitor,
    pageScrape,
    pdfText,
    processRun,
    regex,
    scriptRun,
    serviceCheck,
    sitemapRead,
    sitemapWrite,
    sqlExecute,
    sqlMysql,
    sqlPostgres,
    sqlQuery,
    systemMonitor,
    template,
    text,
    urlAnalyze,
    uuid,
    validator,
    videoInfo,
    webSearch,
    webhookSend,
    webhookVerify,
  ];
}
