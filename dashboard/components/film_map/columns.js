// What the map knows of its films comes as columns, each under an address made of its content: fetched once, kept by
// the browser for ever. A change of colour then sends only the name of a column that is here already.
const MOST_COLUMNS = 96;
const READERS = {
  f4: async (answer) => new Float32Array(await answer.arrayBuffer()),
  u2: async (answer) => new Uint16Array(await answer.arrayBuffer()),
  u1: async (answer) => new Uint8Array(await answer.arrayBuffer()),
  json: (answer) => answer.json(),
};
const UNKNOWN = 65535; // in u2: this film has no value
const columns = new Map(); // address → promise of values

function column(address) {
  const known = columns.get(address);
  columns.delete(address);
  const wanted = known ?? fetchColumn(address);
  columns.set(address, wanted); // the last used stands last
  if (columns.size > MOST_COLUMNS) columns.delete(columns.keys().next().value);
  return wanted;
}

async function fetchColumn(address) {
  try {
    const answer = await fetch(new URL(address.slice(1), document.baseURI));
    if (!answer.ok) throw new Error(`Column ${address} answers ${answer.status}`);
    return await READERS[address.split("/").at(-1).split("-")[0]](answer);
  } catch (error) {
    columns.delete(address);
    throw error;
  }
}

/** All columns of `addresses` ({name: address or null}) by name. */
async function readColumns(addresses) {
  const wanted = Object.entries(addresses).filter(([, address]) => address);
  const values = await Promise.all(wanted.map(([, address]) => column(address)));
  return Object.fromEntries(wanted.map(([name], index) => [name, values[index]]));
}
