/** Saves what a view shows: a PNG, or a film as GIF or WebM. */

/** A view that can be drawn at any of its frames. */
export interface Scene {
  /** The first part of the file's name. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** The number of frames of a film, and of frames per second. */
  readonly frames: number;
  readonly rate: number;
  /** Draws the frame of this number, from 0; without a number, the current view. */
  readonly draw: (context: CanvasRenderingContext2D, frame: number | undefined) => void | Promise<void>;
}

export type Format = 'png' | 'gif' | 'webm';

const canvasFor = ({ width, height }: Scene): readonly [HTMLCanvasElement, CanvasRenderingContext2D] => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas.');
  return [canvas, context];
};

const png = async (scene: Scene): Promise<Blob> => {
  const [canvas, context] = canvasFor(scene);
  await scene.draw(context, undefined);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (blob === null) throw new Error('The browser could not write a PNG.');
  return blob;
};

type Watch = (share: number) => void;

const gif = async (scene: Scene, watch: Watch): Promise<Blob> => {
  const { GIFEncoder, applyPalette, quantize } = await import('gifenc');
  const [, context] = canvasFor(scene);
  const encoder = GIFEncoder();
  for (let frame = 0; frame < scene.frames; frame++) {
    await scene.draw(context, frame);
    const { data } = context.getImageData(0, 0, scene.width, scene.height);
    const palette = quantize(data, 256, { format: 'rgb444' });
    encoder.writeFrame(applyPalette(data, palette, 'rgb444'), scene.width, scene.height, {
      palette,
      delay: Math.round(1000 / scene.rate),
    });
    watch((frame + 1) / scene.frames);
    await new Promise((next) => setTimeout(next));
  }
  encoder.finish();
  return new Blob([new Uint8Array(encoder.bytes())], { type: 'image/gif' });
};

const webm = async (scene: Scene, watch: Watch): Promise<Blob> => {
  const type = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'].find((each) =>
    typeof MediaRecorder === 'undefined' ? false : MediaRecorder.isTypeSupported(each),
  );
  if (type === undefined) throw new Error('This browser records no WebM; save a GIF instead.');
  const [canvas, context] = canvasFor(scene);
  await scene.draw(context, 0);
  const recorder = new MediaRecorder(canvas.captureStream(scene.rate), {
    mimeType: type,
    videoBitsPerSecond: 6_000_000,
  });
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void pieces.push(data);
  const ended = new Promise<void>((done) => {
    recorder.onstop = () => done();
  });
  recorder.start();
  for (let frame = 0; frame < scene.frames; frame++) {
    const due = performance.now() + 1000 / scene.rate;
    await scene.draw(context, frame);
    watch((frame + 1) / scene.frames);
    await new Promise((next) => setTimeout(next, Math.max(0, due - performance.now())));
  }
  recorder.stop();
  await ended;
  return new Blob(pieces, { type: 'video/webm' });
};

/** The file of a scene. */
export const record = (scene: Scene, format: Format, watch: Watch): Promise<Blob> =>
  format === 'png' ? png(scene) : format === 'gif' ? gif(scene, watch) : webm(scene, watch);

/** Offers a file to be saved. */
export const offer = (blob: Blob, name: string): void => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
