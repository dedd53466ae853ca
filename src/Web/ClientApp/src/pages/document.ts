/** A page of the hub, parsed by the browser itself: trusted types let no text become elements. Null where it could not be had. */
export const readDocument = (address: string, signal?: AbortSignal): Promise<Document | null> =>
  new Promise((answer) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.onloadend = () => {
      answer(request.status === 200 ? request.responseXML : null);
    };
    signal?.addEventListener('abort', () => {
      request.abort();
    });
    request.send();
  });
