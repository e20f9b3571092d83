// What people do in every journey.
export async function signIn(page, service, email) {
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel('Your email address').fill(email);
  await page.getByLabel('Your password').fill('alongside-demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('You are signed in').waitFor();
}

export async function signUp(page, service, email, place) {
  await page.goto(service.url);
  await page.getByRole('link', { name: 'Join in two minutes' }).click();
  await page.getByLabel('Your email address').fill(email);
  await page.getByLabel('A name for others to see').fill('An invented parent');
  await page.getByLabel(place).check();
  await page.getByLabel('Choose a password').fill('alongside-demo');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'Look in your email' }).waitFor();
  await page.goto((await service.letterTo(email, 'Confirm')).link);
  await page.getByRole('button', { name: 'Confirm and go on' }).click();
  await page.getByText('Welcome. Your address is confirmed').waitFor();
}

export async function acceptInvitation(page, service, email) {
  await page.goto((await service.letterTo(email, 'invited')).link);
  await page.getByLabel('A name for others to see').fill('An invented volunteer');
  await page.getByLabel('Choose a password').fill('alongside-demo');
  await page.getByRole('button', { name: 'Accept and go on' }).click();
  await page.getByText('Welcome').waitFor();
}
