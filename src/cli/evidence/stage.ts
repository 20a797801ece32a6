import { randomBytes } from 'node:crypto';
import { Browser, HostError, NoPortal } from './browser.js';
import type { Case } from './cases.js';
import { type Citizen, createCitizen } from './citizens.js';
import { plays } from './plays.js';
import type { Actor, Scene, Setting, Stage } from './scene.js';

/** Plays a case, and puts the sandbox back to how it was. */
export async function playCase(setting: Setting, played: Case): Promise<Scene> {
  const { control, client, undo } = setting;
  const after = (await control.journal({})).at(-1)?.seq ?? 0;
  const scene = createScene();
  const readJournal = async () =>
    (await control.journal({ after })).filter(
      ({ clientId = client.clientId }) => clientId === client.clientId,
    );
  const isCollected = async () => {
    const results = (await readJournal()).filter(
      ({ step, outcome }) => step === 'result' && outcome === 'accepted',
    );
    const wanted = scene.citizens.map(({ persona }) => (persona.pendingPolls ?? 0) + 1);
    return results.length >= wanted.reduce((sum, polls) => sum + polls, 0);
  };
  const stage: Stage = {
    ...setting,
    ...scene,
    isCollected,
    collects: played.expect.collected ?? false,
    async citizen() {
      const id = `evidence-${randomBytes(4).toString('hex')}`;
      const citizen = createCitizen(id, client, setting.templates, played.citizen ?? {});
      undo.push(() => control.deletePersona(id));
      await control.putPersona(citizen.persona);
      scene.citizens.push(citizen);
      return citizen;
    },
    actor(citizen) {
      const actor: Actor = { browser: new Browser(setting), ...(citizen && { citizen }) };
      scene.actors.push(actor);
      return actor;
    },
    async moveClock(ms) {
      await control.setClock((await control.now()) + ms);
      undo.push(async () => control.setClock((await control.now()) - ms));
    },
    async announce(stop) {
      const before = await control.announcements();
      await control.putAnnouncements([...before, stop]);
      undo.push(() => control.putAnnouncements(before));
    },
  };
  let stopped: Scene['stopped'];
  try {
    for (const fault of played.faults ?? []) {
      const { id } = await control.addFault({ ...fault, client: client.clientId });
      undo.push(() => control.deleteFault(id));
    }
    await plays[played.play](stage);
  } catch (error) {
    if (!(error instanceof HostError || error instanceof NoPortal)) throw error;
    stopped = error;
  } finally {
    await undoAll(undo);
  }
  const collected = stage.collects && (await isCollected());
  return { ...scene, journal: await readJournal(), collected, stopped };
}

/** Restores the sandbox. */
export async function undoAll(undo: (() => Promise<unknown>)[]): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

function createScene() {
  return {
    actors: [] as Actor[],
    citizens: [] as Citizen[],
    secrets: new Set<string>(),
    callbacks: new Set<string>(),
    echo: `echo${randomBytes(6).toString('hex')}`,
  };
}
