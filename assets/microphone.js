// Why there may be no microphone, or no way to use it, each reason in its own words with a way out.
const word = (text) => window.emWords?.[text] ?? text;
const microphoneProblem = async () => {
  const elsewhere = word(" Upload a recording, type a message or try an example instead.");
  if (!window.isSecureContext)
    return word("Browsers give a microphone to https pages and to localhost only, and this page is neither.") + elsewhere;
  if (!navigator.mediaDevices?.getUserMedia)
    return /iPad|iPhone|iPod/.test(navigator.userAgent)
      ? word("On this iPhone or iPad only Safari gives pages a microphone. Open the page in Safari.") + elsewhere
      : word("This browser gives pages no microphone.") + elsewhere;
  if (window.self !== window.top && document.featurePolicy?.allowsFeature("microphone") === false)
    return word("The page around this one does not let it use the microphone. Open it in a tab of its own.") + elsewhere;
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  if (permission?.state === "denied")
    return word("The microphone is blocked for this page. Allow it beside the address, then reload.") + elsewhere;
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "audioinput"))
    return word("No microphone was found on this device.") + elsewhere;
  return "";
};
const canRecord = () => Boolean(window.MediaRecorder);
const liveProblem = () => {
  if (window.AudioContext && window.AudioWorkletNode) return "";
  const elsewhere = canRecord()
    ? word(" Record and send, upload a recording or type a message below.")
    : word(" Upload a recording, type a message or try an example instead.");
  return word("This browser is too old to listen hands-free.") + elsewhere;
};

