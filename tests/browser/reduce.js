// A picture's colours, reduced to 256: exact where there are few, else the nearest of
// those that occur most. Answers the palette, and rows as PNG wants them.
async (png) => {
  const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
  const image = await createImageBitmap(blob);
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);

  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  // Colours that look the same stand for each other, so that rare ones find a place.
  const apart = (a, b) => a.reduce((sum, one, at) => sum + (one - b[at]) ** 2, 0);
  const palette = [];
  for (const least of [192, 48, 0]) {
    for (const colour of byCount) {
      if (palette.length === 256) break;
      const own = parts(colour);
      if (palette.every((one) => apart(one, own) > least)) palette.push(own);
    }
  }
  const nearest = new Map();
  for (const colour of byCount) {
    const own = parts(colour);
    let best = 0;
    palette.forEach((one, at) => {
      if (apart(one, own) < apart(palette[best], own)) best = at;
    });
    nearest.set(colour, best);
  }
  const rows = new Uint8Array((width + 1) * height);
  pixels.forEach((pixel, at) => {
    rows[at + Math.floor(at / width) + 1] = nearest.get(pixel);
  });
  const coded = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) {
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
  };
  return { width, height, palette: coded(new Uint8Array(palette.flat())), rows: coded(rows) };
}
