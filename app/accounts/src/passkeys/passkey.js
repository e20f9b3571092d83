// Asks the browser for a passkey, and sends what it says with the form. By hand: a program for the
// browser would be a hundred times larger. What people read is on the page.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer ?? []))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const form = document.querySelector('form[data-passkey]');
const say = (which) => document.querySelectorAll('[data-says]').forEach((one) => { one.hidden = one.dataset.says !== which; });

const parts = {
  async create(options) {
    options.user.id = bytes(options.user.id);
    for (const one of options.excludeCredentials) one.id = bytes(one.id);
    const { response } = await navigator.credentials.create({ publicKey: options });
    return { client_data: response.clientDataJSON, attestation: response.attestationObject };
  },
  async get(options) {
    const { rawId, response } = await navigator.credentials.get({ publicKey: options });
    return {
      credential: rawId,
      client_data: response.clientDataJSON,
      authenticator_data: response.authenticatorData,
      signature: response.signature,
      user_handle: response.userHandle,
    };
  },
};

const can = Boolean(window.PublicKeyCredential);
say(can ? '' : 'old');
form.hidden = !can;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  say('');
  try {
    const begins = { method: 'POST', headers: { accept: 'text/plain' }, body: new URLSearchParams({ step: 'begin' }) };
    const asked = await fetch(form.action, begins);
    // She waited too long: the page asks first that it is she.
    if (asked.status === 401) return location.reload();
    const options = await asked.json();
    options.challenge = bytes(options.challenge);
    for (const [name, value] of Object.entries(await parts[form.dataset.passkey](options))) {
      const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name }));
      field.value = text(value);
    }
    form.submit();
  } catch {
    say('failed');
  }
});
